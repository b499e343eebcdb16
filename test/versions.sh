#!/usr/bin/env bash
# The tests on other versions of Node, fetched from the package registry: test/versions.sh [22 24 …]
set -u
cd "$(dirname "$0")/.." || exit 1

versions=("$@")
[ ${#versions[@]} -gt 0 ] || versions=(22 24)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
broken=()

for version in "${versions[@]}"; do
  npm install --silent --no-audit --no-fund --prefix "$work/$version" "node@$version" || { broken+=("$version"); continue; }
  bin=$work/$version/node_modules/node/bin
  echo "Node $("$bin/node" --version)"
  PATH=$bin:$PATH node node_modules/vitest/vitest.mjs run --project quick || broken+=("$version")
done

[ ${#broken[@]} -eq 0 ] || { echo "fails on Node ${broken[*]}"; exit 1; }
