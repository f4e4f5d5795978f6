"""The programs that `soundpost analyze` is measured against: NAME WAV MODEL [LABELS].

They are written as a user of these libraries writes them, and run on one core and one thread.
"""

# ruff: noqa: PLC0415 - each program has other libraries, some of them in another environment
import importlib
import sys
import wave
from pathlib import Path

WINDOW_FRAMES, STRIDE_SAMPLES = 197, 3_840
FRAME_SAMPLES, HOP_SAMPLES, FFT_SIZE = 400, 160, 512
"""Of the bundle `everyday`."""
BIRDNET_SAMPLES = 144_000
"""3 s at 48 kHz."""


def librosa_loop(recording: Path, model: Path) -> None:
    """Runs the model of `everyday` on the log-mel of each window, by librosa."""
    import librosa
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    samples, rate_hz = librosa.load(recording, sr=None)
    interpreter = Interpreter(model_path=str(model), num_threads=1)
    interpreter.allocate_tensors()
    taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    scale, zero_point = taken["quantization"]
    window_samples = FRAME_SAMPLES + (WINDOW_FRAMES - 1) * HOP_SAMPLES
    for start in range(0, len(samples) - window_samples + 1, STRIDE_SAMPLES):
        mel = librosa.feature.melspectrogram(
            y=samples[start : start + window_samples + FFT_SIZE - FRAME_SAMPLES],
            sr=rate_hz,
            n_fft=FFT_SIZE,
            win_length=FRAME_SAMPLES,
            hop_length=HOP_SAMPLES,
            center=False,
            power=1.0,
            n_mels=64,
            fmin=125,
            fmax=7_500,
            htk=True,
            norm=None,
        )
        log_mel = np.log(mel.T + 0.001)
        if len(log_mel) < WINDOW_FRAMES:  # the end of the recording has no samples to fill the FFT
            log_mel = np.pad(log_mel, ((0, WINDOW_FRAMES - len(log_mel)), (0, 0)), mode="edge")
        values = np.clip(np.round(log_mel / scale + zero_point), -128, 127).astype(np.int8)
        interpreter.set_tensor(taken["index"], values.reshape(taken["shape"]))
        interpreter.invoke()
        interpreter.get_tensor(given["index"])


def birdnet_interpreter(recording: Path, model: Path) -> None:
    """Runs BirdNET's interpreter on the samples, every 3 s, and nothing else."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    with wave.open(str(recording)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    interpreter = Interpreter(model_path=str(model), num_threads=1)
    interpreter.allocate_tensors()
    taken, given = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    for start in range(0, len(samples) - BIRDNET_SAMPLES + 1, BIRDNET_SAMPLES):
        window = samples[start : start + BIRDNET_SAMPLES].astype(np.float32) / 32_768
        interpreter.set_tensor(taken["index"], window[None])
        interpreter.invoke()
        interpreter.get_tensor(given["index"])


def birdnet_package(recording: Path, model: Path, labels: Path) -> None:
    """Runs the package `birdnet` with LiteRT, with as few processes as it takes."""
    birdnet = importlib.import_module("birdnet")  # of another environment
    loaded = birdnet.load_custom(
        *("acoustic", "2.4", "tf", str(model), str(labels)), library="litert", check_validity=False
    )
    loaded.predict(str(recording), n_workers=1, n_producers=1, batch_size=1, show_stats=None)


PROGRAMS = {program.__name__: program for program in (librosa_loop, birdnet_interpreter)}


if __name__ == "__main__":
    name, *paths = sys.argv[1:]
    if name == "birdnet_package":
        birdnet_package(*map(Path, paths))
    else:
        PROGRAMS[name](*map(Path, paths))
