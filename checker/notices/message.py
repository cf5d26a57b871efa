"""A notice as a mail message: the same octets each time it is made. Never sends.

Auto-Submitted (RFC 3834 §5) keeps vacation responders quiet. There is no Precedence: no RFC defines it, and RFC 3834 does
what it was for. There is no List-Id: RFC 2919 reserves it for mailing lists, and these are letters to one mailbox each;
the way out is to answer, which Reply-To leads to the operator.
"""

import hashlib
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage

from checker.mail_addresses import parse_address
from checker.notices.notice import Notice


def mail_message(notice: Notice, *, sender: str, sender_name: str = "", reply_to: str = "") -> EmailMessage:
    """The message: headers, plain text, and HTML as the alternative (RFC 2046 §5.1.4).

    `sender` is a bare address. Raises ValueError for what is no address, and for a line break in any value.
    """
    utf8 = not notice.recipient.isascii() or not sender.isascii() or not reply_to.isascii()
    message = EmailMessage(policy=policy.SMTPUTF8 if utf8 else policy.SMTP)
    message["From"] = _mailbox(sender, sender_name)
    message["To"] = _mailbox(notice.recipient)
    if reply_to:
        message["Reply-To"] = _mailbox(reply_to)
    message["Subject"] = notice.subject
    message["Date"] = notice.created
    message["Message-ID"] = notice.key
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(notice.text, cte="quoted-printable")
    message.add_alternative(notice.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = notice.lang  # RFC 3282; set earlier, it would move into the first part
    # "=_" cannot stand in quoted-printable (RFC 2045 §6.7), and a drawn boundary would differ from time to time
    message.set_boundary(f"=_{hashlib.sha256(notice.key.encode()).hexdigest()[:32]}")
    return message


def _mailbox(address: str, display_name: str = "") -> Address:
    """In two parts: Address takes no other letters than ASCII in an addr_spec, though RFC 6532 §3.2 does."""
    local, _, domain = parse_address(address).rpartition("@")
    return Address(display_name=display_name, username=local, domain=domain)
