"""Policy files: YAML to policy, with a line and a hint for each problem."""
