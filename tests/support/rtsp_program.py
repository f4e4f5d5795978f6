"""A camera: an RTSP server of GStreamer, a program for tests.

It runs with the Python of Debian, which has GStreamer's bindings (python3-gi). It prints `ready`
when it serves these paths, all live:

- `/camera`: video, and a tone of 1 kHz at 16 kHz, as from a camera;
- `/stereo`: the tone in the second of two channels at 48 kHz, the first one is silent;
- `/video`: video alone, as from a camera without a microphone.
"""

import argparse
from importlib import import_module

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
GLib = import_module("gi.repository.GLib")
Gst = import_module("gi.repository.Gst")
GstRtsp = import_module("gi.repository.GstRtsp")
GstRtspServer = import_module("gi.repository.GstRtspServer")

VIDEO = (
    "videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=5/1 "
    "! jpegenc ! rtpjpegpay name=pay0 pt=26"
)
TONE = "audiotestsrc is-live=true wave=sine freq=1000 samplesperbuffer={frames} ! audio/x-raw"
L16 = "! audioconvert ! rtpL16pay pt=97"
PATHS = {
    "/camera": f"( {VIDEO} {TONE.format(frames=320)},rate=16000,channels=1 {L16} name=pay1 )",
    "/stereo": (
        f"( {TONE.format(frames=960)},rate=48000,channels=2 "
        f"! audiopanorama method=simple panorama=1.0 {L16} name=pay0 )"
    ),
    "/video": f"( {VIDEO} )",
}
ROLE = "viewer"


def main() -> None:
    """Serves the paths until it is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port")
    parser.add_argument("--prefix", default="", help="before each path")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--basic", action="store_true", help="basic authentication, not digest")
    options = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    if options.user:
        server.set_auth(build_auth(options))
    mounts = server.get_mount_points()
    for path, launch in PATHS.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(launch)
        factory.set_shared(True)
        if options.user:
            factory.set_permissions(build_permissions())
        mounts.add_factory(options.prefix + path, factory)
    if not server.attach(None):
        raise SystemExit("the port is in use")
    print("ready", flush=True)  # noqa: T201 - the test waits for this line
    GLib.MainLoop().run()


def build_auth(options: argparse.Namespace) -> object:
    """Builds the authentication of one user."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, ROLE)
    if options.basic:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        basic = GstRtspServer.RTSPAuth.make_basic(options.user, options.password)
        auth.add_basic(basic, token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(options.user, options.password, token)
    return auth


def build_permissions() -> object:
    """Builds permissions that need the role of the user."""
    permissions = GstRtspServer.RTSPPermissions()
    for name in ("ACCESS", "CONSTRUCT"):
        permission = getattr(GstRtspServer, f"RTSP_PERM_MEDIA_FACTORY_{name}")
        permissions.add_permission_for_role(ROLE, permission, True)  # noqa: FBT003 - GStreamer's
    return permissions


if __name__ == "__main__":
    main()
