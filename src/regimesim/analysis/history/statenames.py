"""Names of states: which codes, abbreviations and spellings in a table mean one state.

Codes and abbreviations are those of the Correlates of War (state system v2016; Gleditsch and Ward's numbers
are the same but for a few). A state that they do not know is known by its name, in which capitals, accents,
spaces and signs do not count.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from regimesim.scenario.messages import listed

STATE_CODES = """
2 USA United States of America; 20 CAN Canada; 31 BHM Bahamas; 40 CUB Cuba; 41 HAI Haiti;
42 DOM Dominican Republic; 51 JAM Jamaica; 52 TRI Trinidad and Tobago; 53 BAR Barbados; 54 DMA Dominica;
55 GRN Grenada; 56 SLU St. Lucia; 57 SVG St. Vincent and the Grenadines; 58 AAB Antigua and Barbuda;
60 SKN St. Kitts and Nevis; 70 MEX Mexico; 80 BLZ Belize; 90 GUA Guatemala; 91 HON Honduras;
92 SAL El Salvador; 93 NIC Nicaragua; 94 COS Costa Rica; 95 PAN Panama; 100 COL Colombia;
101 VEN Venezuela; 110 GUY Guyana; 115 SUR Suriname; 130 ECU Ecuador; 135 PER Peru; 140 BRA Brazil;
145 BOL Bolivia; 150 PAR Paraguay; 155 CHL Chile; 160 ARG Argentina; 165 URU Uruguay;
200 UKG United Kingdom; 205 IRE Ireland; 210 NTH Netherlands; 211 BEL Belgium; 212 LUX Luxembourg;
220 FRN France; 221 MNC Monaco; 223 LIE Liechtenstein; 225 SWZ Switzerland; 230 SPN Spain;
232 AND Andorra; 235 POR Portugal; 240 HAN Hanover; 245 BAV Bavaria; 255 GMY Germany;
260 GFR German Federal Republic; 265 GDR German Democratic Republic; 267 BAD Baden; 269 SAX Saxony;
271 WRT Wurttemberg; 273 HSE Hesse Electoral; 275 HSG Hesse Grand Ducal; 280 MEC Mecklenburg-Schwerin;
290 POL Poland; 300 AUH Austria-Hungary; 305 AUS Austria; 310 HUN Hungary; 315 CZE Czechoslovakia;
316 CZR Czech Republic; 317 SLO Slovakia; 325 ITA Italy; 327 PAP Papal States; 329 SIC Two Sicilies;
331 SNM San Marino; 332 MOD Modena; 335 PMA Parma; 337 TUS Tuscany; 338 MLT Malta; 339 ALB Albania;
341 MNG Montenegro; 343 MAC Macedonia; 344 CRO Croatia; 345 YUG Yugoslavia;
346 BOS Bosnia and Herzegovina; 347 KOS Kosovo; 349 SLV Slovenia; 350 GRC Greece; 352 CYP Cyprus;
355 BUL Bulgaria; 359 MLD Moldova; 360 ROM Romania; 365 RUS Russia; 366 EST Estonia; 367 LAT Latvia;
368 LIT Lithuania; 369 UKR Ukraine; 370 BLR Belarus; 371 ARM Armenia; 372 GRG Georgia;
373 AZE Azerbaijan; 375 FIN Finland; 380 SWD Sweden; 385 NOR Norway; 390 DEN Denmark; 395 ICE Iceland;
402 CAP Cape Verde; 403 STP Sao Tome and Principe; 404 GNB Guinea-Bissau; 411 EQG Equatorial Guinea;
420 GAM Gambia; 432 MLI Mali; 433 SEN Senegal; 434 BEN Benin; 435 MAA Mauritania; 436 NIR Niger;
437 CDI Ivory Coast; 438 GUI Guinea; 439 BFO Burkina Faso; 450 LBR Liberia; 451 SIE Sierra Leone;
452 GHA Ghana; 461 TOG Togo; 471 CAO Cameroon; 475 NIG Nigeria; 481 GAB Gabon;
482 CEN Central African Republic; 483 CHA Chad; 484 CON Congo; 490 DRC Democratic Republic of the Congo;
500 UGA Uganda; 501 KEN Kenya; 510 TAZ Tanzania; 511 ZAN Zanzibar; 516 BUI Burundi; 517 RWA Rwanda;
520 SOM Somalia; 522 DJI Djibouti; 530 ETH Ethiopia; 531 ERI Eritrea; 540 ANG Angola; 541 MZM Mozambique;
551 ZAM Zambia; 552 ZIM Zimbabwe; 553 MAW Malawi; 560 SAF South Africa; 565 NAM Namibia; 570 LES Lesotho;
571 BOT Botswana; 572 SWA Swaziland; 580 MAG Madagascar; 581 COM Comoros; 590 MAS Mauritius;
591 SEY Seychelles; 600 MOR Morocco; 615 ALG Algeria; 616 TUN Tunisia; 620 LIB Libya; 625 SUD Sudan;
626 SSD South Sudan; 630 IRN Iran; 640 TUR Turkey; 645 IRQ Iraq; 651 EGY Egypt; 652 SYR Syria;
660 LEB Lebanon; 663 JOR Jordan; 666 ISR Israel; 670 SAU Saudi Arabia; 678 YAR Yemen Arab Republic;
679 YEM Yemen; 680 YPR Yemen People's Republic; 690 KUW Kuwait; 692 BAH Bahrain; 694 QAT Qatar;
696 UAE United Arab Emirates; 698 OMA Oman; 700 AFG Afghanistan; 701 TKM Turkmenistan;
702 TAJ Tajikistan; 703 KYR Kyrgyzstan; 704 UZB Uzbekistan; 705 KZK Kazakhstan; 710 CHN China;
712 MON Mongolia; 713 TAW Taiwan; 730 KOR Korea; 731 PRK North Korea; 732 ROK South Korea; 740 JPN Japan;
750 IND India; 760 BHU Bhutan; 770 PAK Pakistan; 771 BNG Bangladesh; 775 MYA Myanmar; 780 SRI Sri Lanka;
781 MAD Maldives; 790 NEP Nepal; 800 THI Thailand; 811 CAM Cambodia; 812 LAO Laos; 816 DRV Vietnam;
817 RVN Republic of Vietnam; 820 MAL Malaysia; 830 SIN Singapore; 835 BRU Brunei; 840 PHI Philippines;
850 INS Indonesia; 860 ETM East Timor; 900 AUL Australia; 910 PNG Papua New Guinea; 920 NEW New Zealand;
935 VAN Vanuatu; 940 SOL Solomon Islands; 946 KIR Kiribati; 947 TUV Tuvalu; 950 FIJ Fiji; 955 TON Tonga;
970 NAU Nauru; 983 MSI Marshall Islands; 986 PAL Palau; 987 FSM Federated States of Micronesia;
990 WSM Samoa
"""
"""Every state of the system: number, abbreviation, name."""

SPELLINGS = """
2 United States, US, America, USA; 200 Great Britain, Britain, England, UK, GBR; 220 FRA, French Republic;
255 Prussia, German Empire, DEU, GER; 260 West Germany, FRG, BRD; 265 East Germany, DDR;
300 Austrian Empire, Habsburg Empire, Habsburg Monarchy, Austria Hungary;
325 Sardinia, Piedmont, Piedmont-Sardinia, Kingdom of Italy; 345 Serbia, SRB;
365 Soviet Union, USSR, Russian Empire, Russian Federation, SUN; 630 Persia;
640 Ottoman Empire, Turkiye; 710 People's Republic of China, PRC; 731 DPRK; 740 Empire of Japan;
775 Burma; 780 Ceylon; 800 Siam; 816 North Vietnam; 817 South Vietnam; 343 North Macedonia;
490 Zaire; 572 Eswatini; 811 Kampuchea; 437 Cote d'Ivoire; 439 Upper Volta
"""
"""Further spellings of some of them."""

ALIKE = 0.85
"""Names as similar as that are asked about, if nothing says that they are two states."""

MOST_COMPARED = 400
"""Names of which each is compared with each other."""

Key = int | str


def key_of(name: str) -> Key:
    """Give what names of one state have in common: its number, or the name without what does not count.

    >>> key_of("UKG") == key_of("Great_Britain") == key_of("200.0") == 200
    True
    >>> key_of("Athēnai") == key_of("ATHENAI")
    True
    """
    text = name.strip()
    if re.fullmatch(r"\d+(\.0+)?", text):
        return int(float(text))
    whole = _letters(re.sub(r"(?i)^(the )?government of ", "", text))
    bare = _letters(re.sub(r"\(.*\)|(?i:^(the )?government of )", "", text))
    return _KNOWN.get(whole, _KNOWN.get(bare, whole or text))


def keys_of(names: Iterable[str]) -> NDArray[np.object_]:
    """Give the key of each name, each name looked up once."""
    names = list(names)
    known = {name: key_of(name) for name in set(names)}
    found = np.empty(len(names), object)
    found[:] = [known[name] for name in names]
    return found


def abbreviation(key: Key) -> str:
    """Give the abbreviation of a number, or the number itself where it belongs to no state."""
    return _ABBREVIATIONS.get(key, str(key)) if isinstance(key, int) else key


def names_by_key(names: Iterable[str]) -> dict[Key, str]:
    """Choose for each state the spelling that is used most, the shortest of those that are used alike."""
    spelled: dict[Key, Counter[str]] = defaultdict(Counter)
    for name, count in Counter(names).items():
        spelled[key_of(name)][name.strip()] += count
    return {key: min(used, key=lambda name: (-used[name], len(name), name)) for key, used in spelled.items()}


def doubts_about(names: Iterable[str]) -> list[str]:
    """Say which spellings are read as one state, and which look alike but are read as two."""
    spelled: dict[Key, list[str]] = defaultdict(list)
    for name in sorted({name.strip() for name in names}):
        spelled[key_of(name)].append(name)
    said = [f"{listed(several)} are read as one state." for several in spelled.values() if len(several) > 1]
    unknown = sorted(key for key in spelled if isinstance(key, str))
    for one, other in _alike(unknown[:MOST_COMPARED]):
        pair = f"{spelled[one][0]} and {spelled[other][0]}"
        said.append(f"{pair} are read as two states; if they are one, spell them alike.")
    return said


def _alike(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names that are nearly the same; those that differ in their digits are numbered, not misspelt."""
    for number, name in enumerate(names):
        for other in difflib.get_close_matches(name, names[number + 1 :], 3, ALIKE):
            if re.sub(r"\D", "", name) == re.sub(r"\D", "", other):
                yield name, other


def _letters(name: str) -> str:
    """Letters and digits of a name in small letters, without accents."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def _of_codes() -> tuple[dict[str, Key], dict[int, str]]:
    known: dict[str, Key] = {}
    short: dict[int, str] = {}
    for entry in STATE_CODES.replace("\n", " ").split(";"):
        number, letters, name = entry.split(maxsplit=2)
        short[int(number)] = letters
        known |= dict.fromkeys((_letters(letters), _letters(name)), int(number))
    for entry in SPELLINGS.replace("\n", " ").split(";"):
        number, spellings = entry.split(maxsplit=1)
        known |= dict.fromkeys(map(_letters, spellings.split(",")), int(number))
    return known, short


_KNOWN, _ABBREVIATIONS = _of_codes()
