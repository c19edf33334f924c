#!/usr/bin/env python3
"""Verifies and unpacks the one file that pip downloaded: unpack.py DOWNLOAD_FOLDER DESTINATION SDIST_SHA256.

A wheel differs between platforms, so each of its files is compared with the sha256 in its own RECORD (and pip has compared the
whole file with its index); the Dear ImGui archive is the same everywhere and pinned. Only what the build needs is unpacked.
"""
import base64
import csv
import hashlib
import pathlib
import sys
import tarfile
import zipfile

BUNDLE_FOLDERS = ("external/imgui/", "external/implot/", "external/imgui_test_engine/", "bindings/imgui_bundle/assets/fonts/", "LICENSE")
WHEEL_FOLDERS = ("torch/include/", "torch/lib/", "torch/share/")
CHUNK = 1 << 20


def unpack_wheel(wheel: pathlib.Path, destination: pathlib.Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        record = next(name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        licences = record.removesuffix("RECORD")
        for name, digest, _ in csv.reader(archive.read(record).decode().splitlines()):
            if not digest or not name.startswith((*WHEEL_FOLDERS, licences)) or name.endswith(".py"):
                continue
            path = destination / name
            path.parent.mkdir(parents=True, exist_ok=True)
            sha = hashlib.sha256()
            with archive.open(name) as source, path.open("wb") as target:
                while chunk := source.read(CHUNK):
                    sha.update(chunk)
                    target.write(chunk)
            found = base64.urlsafe_b64encode(sha.digest()).rstrip(b"=").decode()
            if digest != f"sha256={found}":
                sys.exit(f"Error: {name} in {wheel.name} has the wrong sha256")


def unpack_bundle(sdist: pathlib.Path, destination: pathlib.Path, expected: str) -> None:
    found = hashlib.sha256(sdist.read_bytes()).hexdigest()
    if found != expected:
        sys.exit(f"Error: {sdist.name} has the sha256 {found} instead of {expected}")
    with tarfile.open(sdist) as archive:
        for member in archive:
            member.name = member.name.partition("/")[2]
            if member.isfile() and ".." not in member.name and member.name.startswith(BUNDLE_FOLDERS):
                archive.extract(member, destination)


def main() -> None:
    folder, destination, sdist_sha256 = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    files = list(folder.iterdir())
    if len(files) != 1:
        sys.exit(f"Error: pip left {len(files)} files instead of one")
    destination.mkdir(parents=True)
    if files[0].suffix == ".whl":
        unpack_wheel(files[0], destination)
    else:
        unpack_bundle(files[0], destination, sdist_sha256)


if __name__ == "__main__":
    main()
