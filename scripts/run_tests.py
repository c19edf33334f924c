#!/usr/bin/env python3
"""Runs ctest in a build folder and counts single test cases: run_tests.py BUILD_FOLDER [CTEST OPTIONS...].

The last line is "N passed, N failed" (and ", N skipped"); the exit status is 0 only when nothing failed.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml


def cases(results: pathlib.Path, test: xml.Element):
    """Yields (name, outcome, message) for each test case that one ctest entry ran."""
    name, status = test.get("name"), test.get("status")
    output = (test.findtext("system-out") or "").strip()
    report = results / (name.replace("/", "_") + ".json")
    failed = 0
    if report.exists():
        for suite in json.loads(report.read_text())["testsuites"]:
            for case in suite["testsuite"]:
                messages = [f["failure"] for f in case.get("failures", [])]
                failed += bool(messages)
                outcome = {"COMPLETED": "passed", "SKIPPED": "skipped"}.get(case.get("result"))
                if messages:
                    outcome = "failed"
                if outcome:
                    yield f"{name}: {suite['name']}.{case['name']}", outcome, "\n".join(messages)
        if status == "run" or failed:
            return
        yield name, "failed", "ended badly after its last test case\n" + "\n".join(output.splitlines()[-15:])
        return
    if status == "run":
        yield name, "passed", ""
    elif test.find("skipped") is not None and test.find("skipped").get("message", "").startswith("SKIP"):
        yield name, "skipped", output
    else:
        reason = test.find("failure")
        reason = reason.get("message", "") if reason is not None else "did not run"
        yield name, "failed", f"{reason}\n" + "\n".join(output.splitlines()[-25:])


def main() -> int:
    build = pathlib.Path(sys.argv[1])
    results = build / "test_results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    junit = results / "ctest.xml"
    # Two at a time: most tests use threads themselves.
    subprocess.run(["ctest", "--test-dir", build, "--parallel", "2", "--output-junit", junit, *sys.argv[2:]], check=False)
    if not junit.exists():
        print("ctest did not run any test.\n0 passed, 1 failed")
        return 1

    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for test in xml.parse(junit).getroot().iter("testcase"):
        for name, outcome, message in cases(results, test):
            counts[outcome] += 1
            if outcome == "failed":
                print(f"\nFAILED {name}")
                print("\n".join("    " + line for line in message.splitlines()[:40]))
    if not sum(counts.values()):
        counts["failed"] = 1
        print("\nFAILED no test was found")

    last = f"{counts['passed']} passed, {counts['failed']} failed"
    print("\n" + last + (f", {counts['skipped']} skipped" if counts["skipped"] else ""))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
