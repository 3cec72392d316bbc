"""Names that a person can read, say and type."""

from __future__ import annotations

import re
import secrets
import unicodedata

_MOST = 24

_HOW = """
able amber ample apt azure bold brave brief bright brisk broad calm candid chief civil clean
clear clever coral crisp daring deep direct eager early easy even exact fair fast fine firm
fleet fond frank free fresh full gentle glad golden grand green happy hardy honest humble ideal
jolly just keen kind large late light lively loyal lucid lucky lunar mellow merry mild modest
neat nimble noble open patient plain polite prime proud pure quick quiet rapid rare ready rich
robust royal rustic serene sharp silent silver simple sincere smooth sober solar solid sound
spry stable steady still strong subtle sunny sure swift tender tidy tranquil true vast vivid
warm wise witty young
"""

_WHAT = """
acorn alder anchor antler aspen auk badger bay beacon beaver birch bison bittern bramble bridge
brook canyon cedar cliff cloud clover comet condor coral cove crane creek curlew dale dawn delta
dove dune eagle elm ember falcon fern finch fjord forest fox garnet geyser glacier glade grove
gull harbor hare hawk hazel heath hedge heron hill ibis inlet iris island ivy jade juniper
kestrel lagoon lake lantern larch lark laurel lichen lily linden lynx magpie maple marten meadow
mesa meteor mill moor moss oak orchard osprey otter owl pebble pine plover pond poplar quail
quartz rapids raven reef ridge river robin rowan sage salmon shore sparrow spring spruce stork
stream swallow swan teal thicket thistle thrush tide trout tulip valley violet walnut willow
wren yarrow
"""


def new_name(corpus: str) -> str:
    """A name for a run on a corpus: `atlas-brisk-otter`."""
    return f"{_stem(corpus)}-{_one_of(_HOW)}-{_one_of(_WHAT)}"


def trial_name(sweep: str, trial: int) -> str:
    """A name for a run of a sweep: `atlas-brisk-otter-07`, or `atlas-brisk-otter-whole`."""
    return f"{_letters(sweep)[:80] or 'sweep'}-{f'{trial:02}' if trial else 'whole'}"


def bare_name(corpus: str) -> str:
    """The name of a corpus without what follows a folder's: `notes` of `notes/ (400 files)`."""
    return re.sub(r"/ \(\d+ files?\)$", "", corpus)


def _stem(corpus: str) -> str:
    """The letters and digits of a corpus' name without its extension, `run` where it has none."""
    stem = _letters(unicodedata.normalize("NFC", bare_name(corpus)).split(".")[0].lower())
    return stem[:_MOST].strip("-") or "run"


def _letters(text: str) -> str:
    """Letters and digits, with a dash in place of what is between them."""
    return re.sub(r"[\W_]+", "-", text).strip("-")


def _one_of(words: str) -> str:
    return secrets.choice(words.split())
