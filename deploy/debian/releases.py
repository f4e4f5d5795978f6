"""The supported releases of Debian."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Release:
    """A release of Debian, with the properties that its package depends on.

    Attributes:
        debian: The number of the release.
        python: The version of its Python; the compiled wheels fit this version only.
        patch: The patch level of that Python, which markers of requirements may compare with.
        next_python: The next version, which the package excludes.
        has_backoff: True if its systemd supports `RestartSteps=` (systemd 254 and later).
    """

    debian: int
    python: str
    patch: int
    next_python: str
    has_backoff: bool

    def markers(self, machine: str) -> dict[str, str]:
        """Returns the values of all environment markers (PEP 508) on this release.

        Args:
            machine: The processor, as `uname -m` prints it.
        """
        version = f"{self.python}.{self.patch}"
        return {
            "implementation_name": "cpython",
            "implementation_version": version,
            "os_name": "posix",
            "platform_machine": machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": version,
            "python_version": self.python,
            "sys_platform": "linux",
        }


RELEASES = {
    12: Release(12, "3.11", 2, "3.12", has_backoff=False),
    13: Release(13, "3.13", 5, "3.14", has_backoff=True),
}
