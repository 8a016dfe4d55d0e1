"""What the specification of Control Center REST says that goes over the wire, as it stands there."""

ICCID = "8988200000000000014"
ACCESS_KEY = "3f1d9c52-7a40-4f2e-9a53-0b7a5d1f2c11"
API = "/rws/api/v1"
DEVICE = f"{API}/devices/{ICCID}"
CTD_USAGES = f"{DEVICE}/ctdUsages"
USAGE_IN_ZONE = f"{DEVICE}/usageInZone"
SMS_OF_DEVICE = f"{DEVICE}/smsMessages"
SMS = f"{API}/smsMessages"
RATE_PLANS = f"{API}/rateplans"

DETAILS_JSON = """
{"iccid": "8988200000000000014", "imsi": "901161700000001", "msisdn": "882350000000001", "imei": "",
 "status": "ACTIVATED", "ratePlan": "EU 5MB", "communicationPlan": "Data LTE SMS MT/MO",
 "customer": null, "endConsumerId": null,
 "dateActivated": "2017-01-05 09:12:44.120+0000", "dateAdded": "2016-11-15 09:27:33.069+0000",
 "dateUpdated": "2017-02-17 15:42:57.743+0000", "dateShipped": "2016-11-10 08:00:00.000+0000",
 "accountId": "100020001", "fixedIPAddress": null, "fixedIpv6Address": null, "simNotes": null,
 "deviceID": "pump-17", "modemID": "", "globalSimType": null, "operatorCustom1": "", "accountCustom1": ""}
"""

CTD_JSON = """
{"iccid": "8988200000000000014", "imsi": "901161700000001", "msisdn": "882350000000001", "imei": "",
 "status": "ACTIVATED", "ratePlan": "EU 5MB", "communicationPlan": "Data LTE SMS MT/MO",
 "ctdDataUsage": 12944691, "ctdSMSUsage": 3, "ctdVoiceUsage": 0, "ctdSessionCount": 7,
 "overageLimitReached": false, "overageLimitOverride": "DEFAULT"}
"""

USAGE_JSON = """
{"iccid": "8988200000000000014", "timeStamp": "2017-03-15T10:00:00.000Z",
 "cycleStartDate": "2017-02-26T16:00:00.000Z", "cycleEndDate": "2017-03-26T15:59:59.000Z",
 "deviceCycleUsageInZones": {
   "EU 5MB, 1": [{"ratePlan": "EU 5MB", "ratePlanVersion": "1", "zone": "Zone 1",
     "dataUsage": 106430464, "dataUsageUnit": "bytes",
     "voiceMTUsage": null, "voiceMTUsageUnit": null, "voiceMOUsage": null, "voiceMOUsageUnit": null,
     "smsmtusage": 4, "smsmousage": 5}]}}
"""

HTML_404 = "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>"
HTML_502 = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def error_json(code: str, message: str = "No.") -> dict[str, str]:
    return {"errorMessage": message, "errorCode": code}
