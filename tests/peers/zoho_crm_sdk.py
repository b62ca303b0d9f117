"""Zoho's own SDK at a token endpoint: redeems a code, refreshes, revokes, and is refused. Prints what it saw as JSON.

Arguments: address of Accounts, client id, client secret, code, and a folder for what the SDK likes to write.
"""

import json
import sys

from zohocrmsdk.src.com.zoho.api.authenticator import OAuthToken  # type: ignore[import-untyped]
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore  # type: ignore[import-untyped]
from zohocrmsdk.src.com.zoho.crm.api import Initializer  # type: ignore[import-untyped]
from zohocrmsdk.src.com.zoho.crm.api.dc.data_center import DataCenter  # type: ignore[import-untyped]
from zohocrmsdk.src.com.zoho.crm.api.exception import SDKException  # type: ignore[import-untyped]

accounts, client_id, client_secret, code, folder = sys.argv[1:]
url = f"{accounts}/oauth/v2/token"
token = OAuthToken(client_id=client_id, client_secret=client_secret, grant_token=code, find_user=False)
environment = DataCenter.Environment(accounts, url, accounts)
Initializer.initialize(environment, token, store=FileStore(f"{folder}/tokens"), resource_path=folder)
# By that the code is redeemed.
refresh = token.get_refresh_token()
seen = {"first": token.get_access_token(), "refresh": refresh, "domain": token.get_api_domain()}
token.refresh_access_token(token, url)
seen |= {"second": token.get_access_token(), "kept": token.get_refresh_token()}
seen["revoked"] = OAuthToken.revoke_refresh_token(refresh, f"{url}/revoke")
seen["revoked again"] = OAuthToken.revoke_refresh_token(refresh, f"{url}/revoke")
try:
    token.refresh_access_token(token, url)
except SDKException as error:
    seen["refused"] = str(error)
sys.stdout.write(json.dumps(seen))
