#!/usr/bin/env bash
# Breaks each money rule on purpose and demands that the tests cited for it fail.
# run.sh [name ...]: only the patches whose names begin with one of these, e.g. M02
set -euo pipefail
cd "$(dirname "$0")/../../.."

# One run of Maven: the class path of a module not packaged yet is known only to the reactor that compiled it.
mvn -q -f ../pom.xml -pl operators -am test-compile dependency:build-classpath -DincludeScope=test \
  -Dmdep.outputFile=target/mutants.classpath
java -cp "target/test-classes:target/classes:$(cat target/mutants.classpath)" io.millrace.testing.RuleMutants "$@"
