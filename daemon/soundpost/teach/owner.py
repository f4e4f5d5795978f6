"""Gives files that root has written to the owner of the folder that they lie in."""

import os
from pathlib import Path


def give_to_owner(heads: Path) -> None:
    """Gives the folder of heads to the owner of the folder above, if this process is root.

    The service runs as another user than the person who types `sudo soundpost teach`, and must
    read what that person has taught it.

    Args:
        heads: The folder of heads.
    """
    if os.geteuid() != 0 or not heads.is_dir():
        return
    above = heads.parent.stat()
    for path in (heads, *heads.rglob("*")):
        if not path.is_symlink():
            os.chown(path, above.st_uid, above.st_gid, follow_symlinks=False)
