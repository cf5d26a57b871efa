"""What web servers do: redirects, replies, ports and addresses."""

from tests.behaviours.behaviour import Behaviour
from tests.behaviours.web_addresses import ADDRESSES
from tests.behaviours.web_elsewhere import ELSEWHERE
from tests.behaviours.web_hosts import PORTS
from tests.behaviours.web_locations import LOCATIONS_AND_CIRCLES
from tests.behaviours.web_redirects import REDIRECTS
from tests.behaviours.web_replies import REPLIES
from tests.behaviours.web_statuses import STATUSES

WEB: tuple[Behaviour, ...] = (
    *REDIRECTS,
    *LOCATIONS_AND_CIRCLES,
    *ELSEWHERE,
    *STATUSES,
    *REPLIES,
    *PORTS,
    *ADDRESSES,
)
