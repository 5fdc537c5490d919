"""Runs the scripts that made up the worlds' data, and compares with what is shipped.

`rules-examples/WORLD/scripts/make_X.py` writes `data/X.csv.gz` from a fixed seed. Each runs in a copy of its world from
which that file was taken away. Compared is what is inside: another version of zlib packs the same text otherwise.
"""

import gzip
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def difference(script):
    """What came out otherwise than shipped, in words; None if nothing did."""
    world = script.parent.parent
    name = f"{script.stem.removeprefix('make_')}.csv.gz"
    shipped = gzip.decompress((world / "data" / name).read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / world.name
        shutil.copytree(world, copy)
        (copy / "data" / name).unlink()
        subprocess.run([sys.executable, copy / "scripts" / script.name], check=True, stdout=subprocess.DEVNULL)
        made = gzip.decompress((copy / "data" / name).read_bytes())
    if made == shipped:
        return None
    for number, (new, old) in enumerate(zip(made.splitlines(), shipped.splitlines()), 1):
        if new != old:
            return f"line {number} is {new.decode()!r}, shipped is {old.decode()!r}"
    return f"{len(made)} bytes, shipped are {len(shipped)}"


def main():
    scripts = sorted(ROOT.glob("rules-examples/**/scripts/make_*.py"))
    if not scripts:
        sys.exit("no script found")
    failed = False
    for script in scripts:
        found = difference(script)
        print(f"{script.relative_to(ROOT)}: {found or 'as shipped'}")
        failed |= found is not None
    sys.exit(failed)


if __name__ == "__main__":
    main()
