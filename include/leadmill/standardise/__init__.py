"""The standardise room: text as delivered becomes typed canonical columns, with what can be derived from them.

`standardise` is the door. Every unreadable value becomes null (unknown, never a guess) and is counted by `losses`;
`suppression_keys` gives the spellings under which a person who refused contact is recognised; `company_keys` the key of any company's
name. Nothing here needs the network.
"""

from leadmill.standardise.companies import company_keys
from leadmill.standardise.identity import SPELLINGS, suppression_keys
from leadmill.standardise.loss import losses
from leadmill.standardise.table import standardise
from leadmill.standardise.vocabulary import Vocabulary, load_vocabulary

__all__ = ["SPELLINGS", "Vocabulary", "company_keys", "load_vocabulary", "losses", "standardise", "suppression_keys"]
