"""Makes the sample: an invented world of companies and people, the deliveries that describe it badly, and the truth about each row.

`world` invents, `spelling` and `defects` spoil, `deliveries` and `crm` write what a vendor or a CRM would have written, `truth` tells.
Everybody is invented. Domains end in the reserved TLDs `.example`, `.test` or `.invalid` (RFC 2606, RFC 6761); telephone numbers come from
ranges set aside for fiction (see `places`); registration numbers and LEIs carry prefixes no register has issued.
"""
