"""Doors: one module a device dialect. Bytes in; punches, refused rows, events and the awaited reply out.

========  ==================================================  ===============================  ==================
module    who calls                                           requests                         acknowledgement
========  ==================================================  ===============================  ==================
`adms`    ZKTeco and eSSL attendance terminals, and the       ``/iclock/*`` (and ``*.aspx``)   ``OK``, ``OK:<n>``
          punches of access panels (``rtlog``)
`cams`    the clouds of CAMS, Minop and nialabs               ``POST`` of JSON, ``?stgid=``    JSON or ``ok``, set
                                                                                               by the source
========  ==================================================  ===============================  ==================

`punch` holds the types, `clock` the times, `codes` the vendors' codes, `commands` what an ADMS terminal may be told.

A door does no I/O and never fails: what cannot be read is a `Refused` row, what must not be acknowledged is a
`Parsed` with `error` set and a refusing `Reply`. The caller sends a reply only after the commit.
"""
