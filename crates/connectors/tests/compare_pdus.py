#!/usr/bin/env python3
"""Holds our decoder of SMS-DELIVER against two others, over PDUs that are made here.

    pip install smspdudecoder==2.2.0 python-messaging==0.5.13 'bitstring<5'
    cargo build -p jesusnumber-connectors --example read_pdus
    python3 compare_pdus.py target/debug/examples/read_pdus 10000 differences.tsv

It tells how many PDUs were read alike, and the differences by cause. From what was made the causes foretell what the other
decoder reads; a field that is read otherwise is unexplained. The file that may be named last gets them all, a line each.
"""
import collections
import datetime
import json
import random
import subprocess
import sys

from messaging.sms import SmsDeliver
from smspdudecoder.easy import read_incoming_sms

BASIC = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
         "¿abcdefghijklmnopqrstuvwxyzäöñüà")
EXTENSION = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€"}
chance = random.Random(20260522)


def pack(septets, fill=0):
    bits = sum(septet << (fill + 7 * place) for place, septet in enumerate(septets))
    return bits.to_bytes((fill + 7 * len(septets) + 7) // 8, "little")


def swapped(number):
    return (number % 10) << 4 | number // 10


def sender():
    if chance.random() < 0.3:
        letters = [chance.choice([c for c in range(0x30, 0x7B) if c not in (0x40, 0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x60)])
                   for _ in range(chance.randint(1, 11))]
        packed = pack(letters)
        return "".join(BASIC[c] for c in letters), bytes([(len(letters) * 7 + 3) // 4, 0xD0]) + packed
    digits = "".join(chance.choice("0123456789") for _ in range(chance.choice([5, 6, 10, 11, 12])))
    padded = digits + "F" * (len(digits) % 2)
    octets = bytes(int(padded[i + 1] + padded[i], 16) for i in range(0, len(padded), 2))
    return digits, bytes([len(digits), chance.choice([0x81, 0x91, 0xA1])]) + octets


def time():
    when = datetime.datetime(2026, 1, 1) + datetime.timedelta(seconds=chance.randint(0, 360 * 86400))
    quarters = chance.randint(-48, 48)
    zone = swapped(abs(quarters)) | (0x08 if quarters < 0 else 0)
    fields = [when.year % 100, when.month, when.day, when.hour, when.minute, when.second]
    utc = when - datetime.timedelta(minutes=15 * quarters)
    ms = int(utc.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)
    return ms, bytes(swapped(field) for field in fields) + bytes([zone])


def text(room):
    kind = chance.choice(["gsm", "gsm", "escapes", "utf16"])
    if kind == "utf16":
        signs = [chance.choice("aé0Кд验码😀🎉 ") for _ in range(chance.randint(0, room // 5))]
        return "".join(signs), "".join(signs).encode("utf-16-be"), 8
    septets, signs = [], ""
    for _ in range(chance.randint(0, room // 2)):
        if kind == "escapes" and chance.random() < 0.2:
            septet = chance.choice(list(EXTENSION))
            septets += [0x1B, septet]
            signs += EXTENSION[septet]
        else:
            septet = chance.choice([c for c in range(128) if c != 0x1B])
            septets.append(septet)
            signs += BASIC[septet]
    return signs, septets, 0


def make():
    name, address = sender()
    sent_ms, stamp = time()
    header = chance.choice([b"", b"", b"\x05\x00\x03\x2a\x02\x01", b"\x06\x08\x04\x01\x2a\x03\x02",
                            b"\x0b\x05\x04\x0b\x84\x00\x00\x00\x03\x07\x02\x02"])
    signs, body, coding = text(120)
    if coding == 0:
        octets = len(header)
        length = (octets * 8 + 6) // 7 + len(body)
        data = header + pack(body, (7 - octets * 8 % 7) % 7)
    else:
        data = header + body
        length = len(data)
    first = 0x44 if header else 0x04
    pdu = bytes([0, first]) + address + bytes([0, coding]) + stamp + bytes([length]) + data
    part = {0: None, 6: [0x2A, 2, 1], 7: [0x12A, 3, 2], 12: [7, 2, 2]}[len(header)]
    letters = len(name) if address[1] == 0xD0 else 0
    return {"pdu": pdu.hex().upper(), "sender": name, "text": signs, "sent_ms": sent_ms, "part": part,
            "letters": letters, "coding": coding, "length": length}


def ms(date):
    zone = date.tzinfo or datetime.timezone.utc
    return int(date.replace(tzinfo=zone).timestamp() * 1000)


def smspdudecoder(pdu):
    read = read_incoming_sms(pdu)
    part = read.get("partial") or None
    part = [int(part["reference"].split("-")[0]), part["parts_count"], part["part_number"]] if part else None
    return {"sender": read["sender"].lstrip("+"), "text": read["content"], "sent_ms": ms(read["date"]), "part": part}


def python_messaging(pdu):
    read = SmsDeliver(pdu).data
    part = [read["ref"], read["cnt"], read["seq"]] if read.get("cnt") else None
    # It tells the time in UTC.
    return {"sender": (read["number"] or "").lstrip("+"), "text": read["text"], "sent_ms": ms(read["date"]), "part": part}


FIELDS = ("sender", "text", "sent_ms", "part")


def foretold(decoder, one):
    """What the other decoder is to read by the causes known here, and the cause of each field it is to read otherwise."""
    reads, causes = {field: one[field] for field in FIELDS}, {}
    spare = "it takes the seven bits that are left of the last octet for an @"
    if one["letters"] % 8 == 7:
        reads["sender"] += "@"
        causes["sender"] = spare
    if decoder == "smspdudecoder":
        # It keeps as many characters as there are septets. An escape and its sign are one character, so the @ is kept too.
        if one["coding"] == 0 and one["length"] % 8 == 7 and any(sign in EXTENSION.values() for sign in one["text"]):
            reads["text"] += "@"
            causes["text"] = spare
    elif one["coding"] == 0 and one["length"] == 0:
        reads = dict.fromkeys(FIELDS, repr(TypeError("Unhandled Type <class 'str'>")))
        causes = dict.fromkeys(FIELDS, "it raises TypeError where there are no septets and no header")
    elif any(sign > "\uffff" for sign in one["text"]):
        octets = one["text"].encode("utf-16-be")
        reads["text"] = "".join(chr(high << 8 | low) for high, low in zip(octets[::2], octets[1::2]))
        causes["text"] = "it leaves surrogate pairs as two halves"
    return reads, causes


def main():
    program, count = sys.argv[1], int(sys.argv[2])
    made = [make() for _ in range(count)]
    told = subprocess.run([program], input="\n".join(one["pdu"] for one in made), capture_output=True, text=True, check=True)
    ours = [json.loads(line) for line in told.stdout.splitlines()]
    lines = ["\t".join(["pdu", "decoder", "field", "made", "ours", "theirs", "why"])]
    for name, other in [("smspdudecoder", smspdudecoder), ("python-messaging", python_messaging)]:
        causes, alike = collections.Counter(), 0
        for one, our in zip(made, ours):
            try:
                their = other(one["pdu"])
            except Exception as error:  # noqa: BLE001: whatever it raises is a difference
                their = dict.fromkeys(FIELDS, repr(error))
            reads, known = foretold(name, one)
            alike += all(our.get(field) == their[field] for field in FIELDS)
            for field in FIELDS:
                values = one[field], our.get(field), their[field]
                if our.get(field) == their[field] == reads[field]:
                    continue
                is_told = our.get(field) == one[field] and their[field] == reads[field]
                why = known[field] if is_told else "unexplained"
                causes[field, why] += 1
                lines.append("\t".join([one["pdu"], name, field, *map(ascii, values), why]))
        print(f"{name}: {alike} of {count} alike")
        for (field, why), number in causes.most_common():
            print(f"  {number} x {field}: {why}")
    wrong = [one for one, our in zip(made, ours) if any(our.get(field) != one[field] for field in FIELDS)]
    print(f"ours: {count - len(wrong)} of {count} as they were made", *[one["pdu"] for one in wrong[:5]], sep="\n  ")
    if len(sys.argv) > 3:
        with open(sys.argv[3], "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


main()
