"""What a policy will do: cases, differences, graphs, explanations and coverage."""
