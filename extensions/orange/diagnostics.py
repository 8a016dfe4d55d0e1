"""What of Orange's wire diagnostics may keep.

Kept are states, dates, flags, ranges and codes. Replaced are the numbers of SIMs and subscriptions, positions, names of
users and customers; unlock codes (PUKs) are not even named.
"""

from html import escape

from extensions.core.contract import Wire
from extensions.orange.faults import CODE
from extensions.orange.soap import COMMON, DIRECTORY, ENVELOPE, OPERATIONS, SERVICE, TRACKING

EXCEPTIONS = "http://exception.malima.francetelecom.com"
_STATE = """
    status requestedStatus lastStatusChangeDate lastStatusRefreshDate statusChangeRequestDate statusReason
    suspensionReason deviceInfoCompatibility lastGeolocDate
"""
_ASKED = """
    version showDeviceInfo showIccid showImsi showStatusReason showHierarchyDetail rangeSize rangeStart order attribute
    simStatusChangeMinDate totalResultsNumber resultsNumberExceeded maxAllowedLineIdentifiersNumber code
    requestId timestamp value unit
"""
_SETTINGS = "base_url"
_PARTS = """
    getConnectivityDirectory getConnectivityDirectoryResponse searchInConnectivityDirectory
    searchInConnectivityDirectoryResponse lineIdentifiers searchCriterion sortCriterion connectivityDirectory sim
    subscription identifier geographicPosition accuracy unknownLinesIdentifiers trackingHeader MalimaError
    TooManyLineIdentifiersError InvalidParameterError
"""
_PERSONAL = """
    simSerialNumber serialNumber iccid imsi customerEnvironmentIdentifier subscriptionNumber latitude longitude
    deviceImei deviceSerialNumber deviceUniqueId machineSerialNumber msisdnVoice msisdnData msisdnFax cc sn
    username
"""
_WORDS = """
    orange malima iosw mlm req directory connectivity quota slm monitor puk
"""
# Its sentences may be in French.
_FRENCH = """
    a accès appel appels apres après atteint au aucun aucune authentification autorisation autorisé avec base ce cet
    cette compte connexion d dans de demande demandes depasse dépassé des disponible donnees données du echec échec en
    erreur erroné est et fois identifiant identifiants impossible inconnu inconnue indisponible interne invalide l la
    le les ligne lignes limite mauvais maximum mensuel message mois mot n ne nombre non par parametre paramètre pas
    passe plage plus pour refuse refusé refusée rejetee rejetée requete requête requetes requêtes reessayez réessayez
    s schema schéma service simultanées sont sur survenue tard technique temporairement trop un une utilisateur
    valide veuillez
"""
# A request whose schema is not right: it is about that request alone.
_FAULT = (
    f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Body><soap:Fault>'
    f"<faultcode>soap:Client</faultcode><faultstring>{{words}}</faultstring><detail>"
    f'<e:MalimaError xmlns:e="{EXCEPTIONS}">'
    "<e:code>REQ.SCHEMA_VALIDATION_ERROR</e:code><e:message>{words}</e:message></e:MalimaError></detail>"
    "</soap:Fault></soap:Body></soap:Envelope>"
)


def _names(*lists: str) -> frozenset[str]:
    return frozenset(name for each in lists for name in each.split())


def unrecorded(asked: str, sentence: str) -> tuple[int, str, str]:
    """For `Wire.unrecorded`."""
    return 500, "text/xml; charset=utf-8", _FAULT.format(words=escape(sentence))


WIRE = Wire(
    kept=_names(_STATE, _ASKED, _SETTINGS),
    named=_names(_PARTS, _PERSONAL),
    prose=_names("message faultstring"),
    words=_names(_WORDS, _FRENCH),
    code=CODE,
    paths=_names("MLM MLM_EXT_IMC", SERVICE),
    headers=_names("SOAPAction"),
    namespaces=frozenset({OPERATIONS, DIRECTORY, COMMON, TRACKING, EXCEPTIONS}),
    varying=_names("simStatusChangeMinDate"),
    unrecorded=unrecorded,
)
