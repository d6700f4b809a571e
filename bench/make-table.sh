#!/bin/sh
# Makes the table of docs/benchmark.md with the pipeline itself: all functions of a space with 3 seeds, then 4 more for
# the best 250. Stopped and started again before the last step, it goes on where it was.
#   bench/make-table.sh FILE [SPACE] [STUDY]
set -e
file=${1:?usage: bench/make-table.sh FILE [SPACE] [STUDY]}
space=${2:-'binary(unary(x),unary(x))'}
study=${3:-tiny}
program=$(dirname "$0")/../dist/cli/main.js
aquasurf() { node "$program" "$@"; }

# Not through the function: its process, not that of a shell around it, is to be ended.
node "$program" worker --gpus none --concurrency "$(nproc)" --threads 1 > "$file.worker.log" 2>&1 &
worker=$!
trap 'kill $worker; wait $worker' EXIT

aquasurf study show "$study" > /dev/null 2>&1 ||
  aquasurf study create "$study" --task fashion-mnist/tiny --space "$space"
aquasurf populate "$study" --wait
aquasurf fisher "$study" --wait
aquasurf train "$study" --all --seeds 3 --wait
aquasurf best "$study" --top 250 --retrain 4 --wait
aquasurf export "$study" --min-runs 3 --out "$file"
aquasurf bench table --table "$file"
