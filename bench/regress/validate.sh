#!/usr/bin/env bash
# Shows what the gate finds: runs it on the unchanged kernel, on one slowed by 10 % and on one that has lost
# its intrinsics, each against the unchanged kernel, and counts the exit statuses.
#
#   bench/regress/validate.sh                20 runs each, about 20 minutes on an idle machine
#   bench/regress/validate.sh 5 5 3          fewer: unchanged, slowed, lost intrinsics
#
# Needs Maven and git; java is taken from JAVA25_HOME, JAVA_HOME or the path.
# Exit status: 0 if no unchanged kernel was blamed, 95 % of the slowed ones and all of those without intrinsics
# were found; 1 if not; 2 if something could not be built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

declare -A runs=([unchanged]=${1:-20} [slowed]=${2:-20} [lost-intrinsics]=${3:-20})
kinds=(unchanged slowed lost-intrinsics)

fail() {
  echo "$*" >&2
  exit 2
}

for kind in "${kinds[@]}"; do
  [[ ${runs[$kind]} =~ ^[0-9]+$ ]] || fail "${runs[$kind]}: expected a number of runs"
done
home=${JAVA25_HOME:-${JAVA_HOME:-}}
java=${home:+$home/bin/}java
"$java" -version 2>&1 | grep -q 'version "25' || fail "$java: expected Java 25; set JAVA25_HOME"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The kernel as it is now, with what its build needs.
copy() {
  mkdir "$scratch/$1"
  git ls-files -z -- pom.xml '*/pom.xml' .mvn .formatter kernel/src/main kernel/src/build |
    tar -c --null -T - | tar -x -C "$scratch/$1"
}

build() {
  (cd "$scratch/$1" && mvn -q -B -ntp -pl kernel compile -Dformatter.skip -Dimpsort.skip) ||
    fail "the kernel \"$1\" could not be built"
}

echo "building"
mvn -q -B -ntp package -pl kernel,bench -DskipTests -Dformatter.skip -Dimpsort.skip || fail "the program could not be built"
cp bench/target/adamant-bench.jar "$scratch/bench.jar"
copy base
build base
for kind in "${kinds[@]}"; do
  copy "$kind"
  patch=bench/regress/$kind.patch
  if [[ $kind != unchanged ]]; then
    (cd "$scratch/$kind" && git apply --recount -C1 -) <"$patch" ||
      fail "$patch no longer fits: the code it changes has moved; make the same change again"
  fi
  build "$kind"
done

declare -A statuses
for kind in "${kinds[@]}"; do
  : >"$scratch/$kind.txt"
done
most=$(printf '%s\n' "${runs[@]}" | sort -n | tail -1)
for ((run = 1; run <= most; run++)); do
  for kind in "${kinds[@]}"; do
    ((run <= ${runs[$kind]})) || continue
    start=$SECONDS
    status=0
    "$java" -jar "$scratch/bench.jar" regress \
      --kernel "$scratch/$kind" --base "$scratch/base" --json "$scratch/regress.json" \
      --markdown "$scratch/regress.md" >"$scratch/out.txt" 2>"$scratch/err.txt" || status=$?
    statuses[$kind]+="$status "
    cat "$scratch/out.txt" >>"$scratch/$kind.txt"
    echo "$kind $run of ${runs[$kind]}: status $status, $((SECONDS - start)) s"
    if [[ $kind == unchanged && $status != 0 || $kind != unchanged && $status != 1 ]]; then
      cat "$scratch/out.txt" "$scratch/err.txt"
    fi
  done
done

count() { # kind, status
  grep -o "\b$2\b" <<<"${statuses[$1]:-}" | wc -l
}

# The median of all cases and runs.
slowdown() {
  awk '/^(float|double) [0-9]+ / {print $3}' "$scratch/$1.txt" | sort -n |
    awk '{x[NR] = $1} END {if (NR) printf "%+.1f %%", 100 * ((x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 - 1); else printf "-"}'
}

echo
printf '%-16s %5s %13s %10s %24s %20s\n' kernel runs 'not slower: 0' 'slower: 1' \
  'could not be measured: 2' 'median time measured'
for kind in "${kinds[@]}"; do
  printf '%-16s %5s %13s %10s %24s %20s\n' "$kind" "${runs[$kind]}" "$(count "$kind" 0)" \
    "$(count "$kind" 1)" "$(count "$kind" 2)" "$(slowdown "$kind")"
done
(($(count unchanged 1) == 0 && 20 * $(count slowed 1) >= 19 * ${runs[slowed]} &&
  $(count lost-intrinsics 1) == ${runs[lost-intrinsics]})) || {
  echo "the gate does not hold what it promises" >&2
  exit 1
}
