"""Synthetic speech of espeak-ng (https://github.com/espeak-ng/espeak-ng, GPL-3.0-or-later).

Languages and voices are split: none of those for evaluation is used in training. Numbers are spoken
in every language from the same digits; sentences are everyday ones.
"""

from typing import NamedTuple

from soundpost_training.synthesis.parameters import Parameters
from soundpost_training.synthesis.programs import find_program, render
from soundpost_training.synthesis.signals import Samples

PROGRAM = "espeak-ng"
LICENCE = "GPL-3.0-or-later (program); the sound is our own"
ATTRIBUTION = "espeak-ng, Jonathan Duddington, Reece H. Dunn and contributors"

TRAINING_LANGUAGES = (
    *("en-us", "en-gb", "en-gb-scotland", "de", "fr-fr", "es", "nl", "pl", "tr"),
    *("da", "nb", "fi", "hu", "ro", "ru", "bg", "el", "ca", "hr", "sk", "af", "id", "vi"),
)
EVALUATION_LANGUAGES = ("en-029", "it", "sv", "pt", "cs", "uk", "es-419", "et", "sl")
TRAINING_VOICES = (
    *("m1", "m2", "m3", "m4", "m5", "f1", "f2", "f3", "Andy", "Annie", "adam", "Alicia"),
    *("Denis", "edward", "Gene", "grandma", "Hugo", "linda", "Mario", "robert", "steph", "whisper"),
)
EVALUATION_VOICES = ("m6", "m7", "m8", "f4", "f5", "belinda", "paul", "grandpa", "Lee", "victor")

SENTENCES = {
    "en": (
        "Good morning, did you sleep well?",
        "The bus to the station leaves in ten minutes.",
        "Could you close the window, please? It is getting cold.",
        "I left my keys on the kitchen table.",
        "We are out of milk, and there is no bread left either.",
        "Turn left at the next corner, then go straight on.",
        "Wait for me! I will be there in a moment.",
        "The meeting has been moved to Thursday afternoon.",
    ),
    "de": (
        "Guten Morgen, hast du gut geschlafen?",
        "Der Zug nach Hamburg hat heute zwanzig Minuten Verspätung.",
        "Kannst du bitte das Fenster schließen? Es wird kalt.",
        "Ich habe meinen Schlüssel auf dem Küchentisch liegen lassen.",
        "Am Wochenende fahren wir mit den Kindern ans Meer.",
    ),
    "fr": (
        "Bonjour, vous avez bien dormi ?",
        "Le prochain train part du quai numéro trois.",
        "Tu peux fermer la fenêtre, s'il te plaît ?",
        "Je voudrais deux baguettes et un café au lait.",
    ),
    "es": (
        "Buenos días, ¿qué tal has dormido?",
        "El autobús sale dentro de diez minutos.",
        "Cierra la ventana, por favor, que hace frío.",
        "Mañana vamos al mercado con mi hermana.",
    ),
    "nl": ("Goedemorgen, heb je goed geslapen?", "De trein naar Utrecht vertrekt van spoor vijf."),
    "pl": ("Dzień dobry, jak się pan dzisiaj czuje?", "Pociąg do Krakowa odjeżdża o szóstej."),
    "tr": ("Merhaba, bu sabah nereye gidiyorsun?", "Pencereyi kapatabilir misin?"),
    "it": (
        "Buongiorno, hai dormito bene?",
        "Il treno per Bologna parte dal binario quattro.",
        "Chiudi la finestra, per favore, fa freddo.",
    ),
    "sv": ("God morgon, har du sovit gott?", "Tåget mot Göteborg avgår från spår sju."),
    "pt": ("Bom dia, dormiu bem?", "O autocarro parte daqui a dez minutos."),
    "cs": ("Dobré ráno, jak ses vyspal?", "Vlak do Brna odjíždí z druhého nástupiště."),
}
"""By language; the others speak numbers only."""


class Utterance(NamedTuple):
    """A text, and how espeak-ng speaks it."""

    language: str
    voice: str
    text: str
    words_per_minute: int
    pitch: int
    """0 to 99, as espeak-ng counts it."""

    @property
    def speaker(self) -> str:
        """The name of a voice in a language."""
        return f"{self.language}+{self.voice}"


def draw_utterance(parameters: Parameters) -> Utterance:
    """Returns a random utterance of the languages and voices of one part."""
    rng = parameters.rng
    languages = EVALUATION_LANGUAGES if parameters.held_out else TRAINING_LANGUAGES
    voices = EVALUATION_VOICES if parameters.held_out else TRAINING_VOICES
    language = languages[int(rng.integers(len(languages)))]
    sentences = SENTENCES.get(language.partition("-")[0], ())
    if sentences and parameters.chance(0.7):
        chosen = rng.permutation(len(sentences))[: int(rng.integers(1, 4))]
        text = " ".join(sentences[position] for position in chosen)
    else:
        text = ", ".join(
            str(int(rng.integers(10 ** int(rng.integers(1, 5))))) for _ in range(rng.integers(3, 9))
        )
    voice = voices[int(rng.integers(len(voices)))]
    return Utterance(language, voice, text, int(rng.integers(120, 220)), int(rng.integers(20, 80)))


def missing() -> str:
    """Returns the name of the program if it is not installed, or an empty text."""
    return PROGRAM if find_program(PROGRAM) is None else ""


def speak(utterance: Utterance) -> Samples:
    """Returns an utterance, float32[n] at 16 kHz.

    Raises:
        RenderError: espeak-ng fails.
    """
    program = find_program(PROGRAM) or PROGRAM
    options = ["-s", str(utterance.words_per_minute), "-p", str(utterance.pitch), "--stdin"]
    return render(
        lambda path: [program, "-v", utterance.speaker, *options, "-w", str(path)],
        utterance.text.encode(),
    )
