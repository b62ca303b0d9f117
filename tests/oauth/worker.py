"""One process of several that share a token: asks the ERP some times, and prints the token it had at the end.

Arguments: database URL, address of provider and ERP.
"""

import sys

from hub.database import connect
from hub.http import Client
from hub.oauth import AuthorizationCode, OAuth
from hub.token_store import TokenRows

url, address = sys.argv[1:]
store = TokenRows(connect(url), "acme", "zoho")
auth = OAuth(AuthorizationCode(), token_url=f"{address}/token", client_id="muster", client_auth="none", store=store)
sys.stdout.write("ready\n")
sys.stdout.flush()
sys.stdin.readline()  # all begin at once
with Client(address, auth=auth) as client:
    for _ in range(3):
        used = client.read("GET", "/days").json()["token"]
sys.stdout.write(used)
