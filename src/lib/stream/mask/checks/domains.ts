// The end of a domain's name: which labels are top-level domains, so that `logo@2x.png` and `user@1000.service` are no
// addresses. Country codes are all there (ISO 3166-1 and IANA's few others); of the rest, those that people use.

const COUNTRIES =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg ch ' +
  'ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm ' +
  'gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la ' +
  'lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np ' +
  'nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su ' +
  'sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw';

const GENERIC =
  'com org net edu gov mil int info biz name pro aero coop museum jobs mobi travel cat tel asia post example test invalid ' +
  'academy accountants africa agency amsterdam app art associates attorney auction audio auto band bank bar bayern beer berlin ' +
  'best bet bid bike bio blog blue boston boutique build builders business buzz cafe camera camp capital cards care career ' +
  'careers cash center chat church city claims click clinic clothing cloud club coach codes coffee college community company ' +
  'computer construction consulting contact contractors cool coupons credit cruises dance data date deals delivery democrat ' +
  'dental design dev diamonds digital direct directory discount doctor domains download earth education email energy engineer ' +
  'engineering enterprises equipment estate events exchange expert express family fans farm fashion film finance financial fish ' +
  'fit fitness flights florist football forsale foundation fun fund furniture fyi gallery game games garden gift gifts global ' +
  'gmbh gold golf graphics green group guide guru hamburg health healthcare help hockey holdings holiday homes hospital host ' +
  'hosting house inc industries ink institute insurance insure international investments ist istanbul jetzt jewelry kaufen kim ' +
  'kitchen koeln land law lawyer lease legal life lighting limited link live llc loan loans lol london love ltd luxury madrid ' +
  'maison management market marketing mba media melbourne men miami moda moe money mortgage moscow movie nagoya network news ' +
  'ngo ninja nyc okinawa one ong online organic osaka page paris partners parts party pet photo photography photos pics pictures ' +
  'pink pizza place plumbing plus poker press productions properties property pub quebec racing realestate recipes red rehab ' +
  'reise reisen rent rentals repair report republican rest restaurant review reviews rio rip rocks ruhr run saarland sale salon ' +
  'sarl school schule science scot security services sexy shiksha shoes shop shopping show singles site ski soccer social ' +
  'software solar solutions space sport store stream studio style supplies supply support surf surgery swiss sydney systems ' +
  'taipei tattoo tax taxi team tech technology tennis theater tickets tienda tips tirol today tokyo tools top tours town toys ' +
  'trade trading training tube university vacations vegas ventures vet video villas vin vip vision vlaanderen vodka vote voyage ' +
  'wales wang watch webcam website wedding wien wiki win wine work works world wtf xyz yachts yoga yokohama zone zuerich';

const KNOWN = new Set(`${COUNTRIES} ${GENERIC}`.split(' '));

/** True for a top-level domain in ASCII, in either case, and for an internationalized one in its `xn--` form. */
export function isTopLevelDomain(label: string): boolean {
  return KNOWN.has(label.toLowerCase()) || /^xn--[a-z0-9-]{2,59}$/i.test(label);
}
