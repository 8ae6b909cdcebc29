# SPDX-License-Identifier: GPL-2.0-only
"""A series of patches in mails: in their order, without cover letters and replies."""
from __future__ import annotations

import dataclasses
import email
import email.header
import email.policy
import gzip
import mailbox
import pathlib
import re
import tempfile

from driver.terminal import Unusable, printable

NUMBER = re.compile(r"\[[^\]]*?\b0*(\d+)\s*/\s*0*(\d+)[^\]]*\]")
A_DIFF = re.compile(rb"^(?:diff --git |--- (?:a/|\"a/|/dev/null))", re.MULTILINE)
TOUCHED = re.compile(r"^(?:---|\+\+\+) \"?[ab]/([^\t\n\"]+)", re.MULTILINE)


@dataclasses.dataclass
class Mail:
    """A mail that holds a patch."""
    subject: str
    raw: bytes
    number: int  # n of [PATCH n/m], or 0
    of: int
    files: tuple  # that the patch names
    text: str


def decoded(header):
    """A header as text, in one line."""
    parts = email.header.decode_header(str(header or ""))
    text = "".join(part.decode(charset or "utf-8", "replace") if isinstance(part, bytes) else part
                   for part, charset in parts)
    return printable(re.sub(r"\s+", " ", text).strip())


def body_of(message):
    """The text of a mail, in bytes, whatever it is encoded in."""
    return b"".join(part.get_payload(decode=True) or b"" for part in message.walk()
                    if part.get_content_maintype() == "text")


def patch_of(message):
    """The Mail of a message, or None where it has no patch: a cover letter, a reply."""
    subject, body = decoded(message["Subject"]), body_of(message)
    if not A_DIFF.search(body) or re.match(r"(?:re|aw|fwd?)\s*:", subject, re.IGNORECASE):
        return None
    found = NUMBER.search(subject)
    number, of = (int(word) for word in found.groups()) if found else (0, 0)
    text = body.decode(errors="replace")
    files = dict.fromkeys(TOUCHED.findall(text))
    return Mail(re.sub(r"^(\[[^\]]*\]\s*)+", "", subject) or "(no subject)", message.as_bytes(), number, of,
                tuple(files), text)


def messages(data):
    """The messages of an mbox, or of a mail or `git format-patch` by itself."""
    if not data.startswith(b"From "):
        data = b"From review Mon Jan  1 00:00:00 2000\n" + data
    with tempfile.NamedTemporaryFile(prefix="vmapdiff-mbox-") as file:
        file.write(data)
        file.flush()
        box = mailbox.mbox(file.name, create=False)
        yield from [email.message_from_bytes(box.get_bytes(key)) for key in box.keys()]
        box.close()


def refuse_gaps(path, mails):
    """A series with a patch missing is not what was posted."""
    there = [mail.number for mail in mails if mail.number]
    if not there:
        return
    last = max(mail.of for mail in mails)
    if len({mail.of for mail in mails if mail.number}) > 1 or len(set(there)) < len(there):
        raise Unusable(f"review: {path} holds more than one series: keep the mails of one version")
    missing = [str(n) for n in range(1, last + 1) if n not in there]
    if missing:
        raise Unusable(f"review: {path}: of {last} patches, these are missing: {' '.join(missing)}")


def read(path):
    """[Mail] of a file, in the order of the series. Raises Unusable."""
    try:
        data = pathlib.Path(path).read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except (OSError, EOFError, gzip.BadGzipFile) as why:
        raise Unusable(f"review: {path} cannot be read: {getattr(why, 'strerror', None) or why}") from why
    mails = [mail for mail in map(patch_of, messages(data)) if mail]
    if not mails:
        raise Unusable(f"review: {path} has no patch in it: a series as it comes from the list is needed, "
                       "an mbox or what git format-patch writes")
    refuse_gaps(path, mails)
    return sorted(mails, key=lambda mail: mail.number)
