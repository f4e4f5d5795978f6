"""Unpacks a package: from a .deb file, or from where it is installed."""

import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import NamedTuple

from soundpost.system.printable import printable
from soundpost_training.errors import DatasetError
from soundpost_training.sources.debian.package_folder import PackageFolder

HINT = "download the package again; expected a .deb file of Debian's main section"

FREE_SECTION = re.compile(r"(?!contrib/|non-free)[a-z0-9-]+(/[a-z0-9-]+)?")
"""Sections of main: those of contrib and non-free have that name and a slash before them."""

COMMAND_SECONDS = 120.0
"""dpkg reads the largest control file in well under a second; a hung command is ended."""


class Control(NamedTuple):
    """Fields of a package's control file."""

    package: str
    version: str
    section: str

    def refuse_unfree(self) -> None:
        """Raises an error if the package is not in Debian's main section.

        Raises:
            DatasetError: It is in contrib or non-free, or its section is not stated.
        """
        if not FREE_SECTION.fullmatch(self.section):
            raise DatasetError(
                f"it is in the section {self.section or 'none'}, which is not of Debian main",
                hint="use packages of main: the licences of others need not be free",
            )


def read_control(deb: Path) -> Control:
    """Returns the control fields of a .deb file.

    Raises:
        DatasetError: It is not a .deb file, or dpkg-deb is not installed.
    """
    form = "--showformat=${Package}\n${Version}\n${Section}\n"
    return _control(run_tool("dpkg-deb", "--show", form, str(deb)))


def read_installed(package: str) -> Control | None:
    """Returns the control fields of an installed package, or None if it is not installed."""
    form = "--showformat=${Package}\n${Version}\n${Section}\n${db:Status-Abbrev}"
    try:
        text = run_tool("dpkg-query", "--show", form, package)
    except DatasetError:  # unknown to dpkg, or a system without dpkg
        return None
    return _control(text) if text.splitlines()[3:] == ["ii "] else None


def _control(text: str) -> Control:
    package, version, section, *_ = [*text.splitlines(), "", "", ""]
    return Control(package, version, section)


def unpack_deb(deb: Path, folder: PackageFolder) -> None:
    """Writes the sound files of a .deb file into a folder; links are left out.

    Raises:
        DatasetError: The file is damaged, or dpkg-deb is not installed.
    """
    program = _program("dpkg-deb")
    with subprocess.Popen(  # noqa: S603 - a fixed program; the path is one argument
        [program, "--fsys-tarfile", str(deb)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        if process.stdout is None or process.stderr is None:
            raise ValueError(process)
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                _add_members(archive, folder)
            process.stdout.read()
            problem = ""
        except tarfile.TarError as error:
            problem = str(error)
            process.kill()
        reason = process.stderr.read().decode(errors="replace").strip()
    if process.returncode or problem:
        raise DatasetError(f"{deb.name} is damaged: {printable(reason or problem)}", hint=HINT)


def _add_members(archive: tarfile.TarFile, folder: PackageFolder) -> None:
    links = 0
    for member in archive:
        content = archive.extractfile(member) if member.isreg() else None
        if content is not None:
            folder.add(member.name, content, member.size)
        links += member.issym() or member.islnk()
    if links:
        folder.left_out.append(f"{links} links are not followed")


def copy_installed(package: str, folder: PackageFolder) -> None:
    """Writes the sound files of an installed package into a folder; links are left out.

    Raises:
        DatasetError: dpkg cannot list the package's files, or one cannot be read.
    """
    links = 0
    for line in run_tool("dpkg-query", "--listfiles", package).splitlines():
        path = Path(line)
        if path.is_symlink():
            links += 1
        elif path.is_file():
            try:
                with path.open("rb") as content:
                    folder.add(line.removeprefix("/"), content, path.stat().st_size)
            except OSError as error:
                raise DatasetError(
                    f"{line} cannot be read: {error.strerror}", hint="check its permissions"
                ) from error
    if links:
        folder.left_out.append(f"{links} links are not followed")


def run_tool(
    name: str, *arguments: str, seconds: float = COMMAND_SECONDS, folder: Path | None = None
) -> str:
    """Returns the standard output of one of Debian's tools.

    Raises:
        DatasetError: It is not installed, fails, or does not end in time.
    """
    try:
        run = subprocess.run(  # noqa: S603 - a fixed program, without a shell
            [_program(name), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            check=True,
            timeout=seconds,
            cwd=folder,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.strip()]
        reason = printable(lines[-1]) if lines else f"exit status {error.returncode}"
        raise DatasetError(f"{name} fails: {reason}", hint=HINT) from error
    except (subprocess.SubprocessError, OSError) as error:
        raise DatasetError(f"{name} fails: {error}", hint=HINT) from error
    return run.stdout


def _program(name: str) -> str:
    """Returns the path of a tool.

    Raises:
        DatasetError: It is not installed.
    """
    program = shutil.which(name)
    if program is None:
        raise DatasetError(
            f"{name} is not installed",
            hint="fetch the packages on a Debian or Ubuntu machine, and copy the cache folder here",
        )
    return program
