# A Ray cluster as examples/kuberay starts it: a head that runs no units, a worker, and a token.
# The scan reaches it by Ray's client server. Then it is tried with another token.
# usage: ray_client.sh PYTHON FOLDER DATA
set -eu
export RAY_AUTH_MODE=token RAY_AUTH_TOKEN=a-token-of-the-test-0123456789abcdef
ray="$1 -m ray.scripts.scripts"
trap '$ray stop --force' EXIT
$ray start --head --num-cpus=0 --include-dashboard=false --node-ip-address=127.0.0.1 \
  --ray-client-server-port=10001
$ray start --address=127.0.0.1:6379 --num-cpus=1 --node-ip-address=127.0.0.1
until (exec 3<>/dev/tcp/127.0.0.1/10001) 2>/dev/null; do sleep 0.5; done
scan() {
  code=0
  "$1" -m extauthz.cli rest scan --engine=ray://127.0.0.1:10001 --catalogue="$2" "$3" || code=$?
  echo "exit code $code"
}
scan "$1" "$2/ray" "$3"
RAY_AUTH_TOKEN=another-token-0123456789abcdef scan "$1" "$2/refused" "$3"
