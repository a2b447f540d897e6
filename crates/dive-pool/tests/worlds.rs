//! Worlds are consistent in themselves, and have no name in common.
#![allow(clippy::disallowed_macros, reason = "prints how long a world takes")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Instant;

use dive_pool::world::{AS_OF, entity_types};
use dive_pool::{DOMAINS, Size, World, load};
use rusqlite::Connection;

/// Statements that must find nothing.
const LAWS: &[(&str, &str)] = &[
    (
        "assets are current and non-current assets",
        "SELECT company, year FROM accounts WHERE abs(total_assets - current_assets - noncurrent_assets) > 0.011",
    ),
    (
        "balance sheets balance",
        "SELECT company, year FROM accounts WHERE abs(total_assets - total_liabilities - equity) > 0.011",
    ),
    (
        "current assets hold cash, receivables and inventory",
        "SELECT company, year FROM accounts WHERE current_assets < cash + receivables + inventory - 0.011",
    ),
    (
        "working capital is the difference of current items",
        "SELECT company, year FROM accounts WHERE abs(working_capital - current_assets + current_liabilities) > 0.011",
    ),
    (
        "gross profit is revenue less its cost",
        "SELECT company, year FROM accounts WHERE abs(gross_profit - revenue + cost_of_revenue) > 0.011",
    ),
    (
        "operating income is EBITDA less depreciation",
        "SELECT company, year FROM accounts WHERE abs(operating_income - ebitda + depreciation) > 0.011",
    ),
    (
        "EBITDA is gross profit less expenses",
        "SELECT company, year FROM accounts WHERE abs(ebitda - gross_profit + operating_expenses) > 0.011",
    ),
    (
        "pre-tax income is operating income less interest",
        "SELECT company, year FROM accounts WHERE abs(pretax_income - operating_income + interest_expense) > 0.011",
    ),
    (
        "net income is pre-tax income less tax",
        "SELECT company, year FROM accounts WHERE abs(net_income - pretax_income + income_tax) > 0.011",
    ),
    (
        "cash changes by the cash flows",
        "SELECT company, year FROM accounts WHERE abs(cash_change - (operating_cash_flow - capital_expenditure - dividends_paid + net_borrowing)) > 0.021",
    ),
    (
        "cash moves by its change",
        "SELECT a.company, a.year FROM accounts a JOIN accounts b ON b.company = a.company AND b.year = a.year - 1 WHERE abs(a.cash - b.cash - a.cash_change) > 0.021",
    ),
    (
        "debt moves by net borrowing",
        "SELECT a.company, a.year FROM accounts a JOIN accounts b ON b.company = a.company AND b.year = a.year - 1 WHERE abs(a.total_debt - b.total_debt - a.net_borrowing) > 0.021",
    ),
    (
        "debt is part of the liabilities",
        "SELECT company, year FROM accounts WHERE total_debt > total_liabilities + 0.011",
    ),
    (
        "retained earnings grow by profit less dividends",
        "SELECT a.company, a.year FROM accounts a JOIN accounts b ON b.company = a.company AND b.year = a.year - 1 WHERE abs(a.retained_earnings - b.retained_earnings - a.net_income + a.dividends_paid) > 0.021",
    ),
    (
        "statement values are positive",
        "SELECT company, year FROM accounts WHERE min(revenue, cost_of_revenue, total_assets, current_liabilities, cash, receivables, inventory) <= 0",
    ),
    (
        "dividends paid are per share times shares",
        "SELECT d.company, d.year FROM dividend d JOIN accounts a ON a.company = d.company AND a.year = d.year + 1 JOIN company c ON c.name = d.company WHERE abs(a.dividends_paid - d.per_share * c.shares / 1e6) > 0.051",
    ),
    ("share prices are positive", "SELECT company, date FROM price WHERE close <= 0 OR volume <= 0"),
    ("index levels are positive", "SELECT index_name, date FROM index_level WHERE level <= 0"),
    ("fund values are positive", "SELECT fund, date FROM fund_value WHERE value <= 0"),
    (
        "index weights add up to a hundred",
        "SELECT index_name FROM index_member GROUP BY index_name HAVING abs(sum(weight) - 100) > 0.5",
    ),
    ("fund weights stay within a hundred", "SELECT fund FROM fund_holding GROUP BY fund HAVING sum(weight) > 100.5"),
    (
        "holdings are worth shares times price",
        "SELECT fund, h.company FROM fund_holding h JOIN price p ON p.company = h.company AND p.date = '2025-06-30' WHERE abs(h.value - h.shares * p.close / 1e6) > 0.02",
    ),
    (
        "bonds are issued before they mature",
        "SELECT name FROM bond WHERE issued >= maturity OR quoted < issued OR quoted > '2025-06-30' OR maturity <= quoted",
    ),
    ("bond prices are positive", "SELECT name FROM bond WHERE clean_price <= 0 OR coupon < 0"),
    ("a company is listed after it was founded", "SELECT name FROM company WHERE founded >= listed"),
    (
        "a company has one chief executive officer",
        "SELECT c.name FROM company c LEFT JOIN executive e ON e.company = c.name AND e.office = 'chief executive officer' GROUP BY c.name HAVING count(e.name) <> 1",
    ),
    (
        "executives are appointed as adults",
        "SELECT name FROM executive WHERE CAST(substr(appointed, 1, 4) AS INTEGER) - CAST(substr(born, 1, 4) AS INTEGER) < 20",
    ),
    (
        "supply contracts end after they start",
        "SELECT supplier, customer FROM supply WHERE since >= until OR supplier = customer",
    ),
    (
        "projects are worth less later and sell above cost",
        "SELECT name FROM project WHERE salvage > outlay OR unit_price <= unit_cost",
    ),
    (
        "exchange rates are positive and end with the latest",
        "SELECT c.name FROM foreign_currency c JOIN exchange_rate e ON e.currency = c.name AND e.date = '2025-06-30' WHERE e.rate <> c.rate OR c.rate <= 0 OR (SELECT min(rate) FROM exchange_rate WHERE currency = c.name) <= 0",
    ),
    (
        "output of a region moves by its growth and the rise of prices",
        "SELECT a.region, a.year FROM regional_accounts a JOIN regional_accounts b ON b.region = a.region AND b.year = a.year - 1 WHERE abs(a.output / (b.output * (1 + a.growth / 100) * (1 + a.inflation / 100)) - 1) > 0.001",
    ),
    (
        "an option costs at least what exercise would bring without interest, and less than the share or the strike",
        "SELECT o.name FROM option_contract o JOIN price p ON p.company = o.company AND p.date = '2025-06-30' WHERE o.premium <= 0 OR o.premium >= max(p.close, o.strike) OR (o.kind = 'call' AND o.premium < p.close - o.strike) OR o.expiry <= '2025-06-30' OR o.listed > '2025-06-30' OR o.days <> CAST(julianday(o.expiry) - julianday('2025-06-30') AS INTEGER)",
    ),
    (
        "calls get cheaper and puts dearer with the strike",
        "SELECT a.name FROM option_contract a JOIN option_contract b ON b.company = a.company AND b.kind = a.kind AND b.expiry = a.expiry AND b.strike > a.strike WHERE CASE a.kind WHEN 'call' THEN a.premium < b.premium ELSE a.premium > b.premium END",
    ),
    (
        "strikes of a chain differ",
        "SELECT company FROM option_contract GROUP BY company, kind, expiry HAVING count(DISTINCT strike) < count(*)",
    ),
    (
        "executives hold shares of their own company, together a tenth at most",
        "SELECT h.company FROM executive_holding h JOIN company c ON c.name = h.company GROUP BY h.company HAVING sum(h.shares) > c.shares / 10 + 50 UNION SELECT h.executive FROM executive_holding h JOIN executive e ON e.name = h.executive WHERE e.company <> h.company OR h.acquired < e.appointed AND substr(h.acquired, 1, 4) <> '2024'",
    ),
    (
        "citations point backwards",
        "SELECT citing, cited FROM citation c JOIN paper p ON p.id = c.citing JOIN paper q ON q.id = c.cited WHERE p.published <= q.published",
    ),
    (
        "citation counts are the citations",
        "SELECT id FROM paper p WHERE citations <> (SELECT count(*) FROM citation WHERE cited = p.id)",
    ),
    (
        "papers are submitted, accepted, published",
        "SELECT id FROM paper WHERE submitted >= accepted OR accepted >= published OR year <> CAST(substr(published, 1, 4) AS INTEGER)",
    ),
    (
        "papers have their authors in order",
        "SELECT id FROM paper p WHERE authors <> (SELECT count(*) FROM paper_author WHERE paper = p.id) OR authors <> (SELECT max(place) FROM paper_author WHERE paper = p.id)",
    ),
    (
        "authors do not publish before they begin",
        "SELECT a.name FROM author a JOIN paper_author x ON x.author = a.id JOIN paper p ON p.id = x.paper WHERE p.year < a.first_publication",
    ),
    (
        "authors begin after childhood",
        "SELECT name FROM author WHERE first_publication - CAST(substr(born, 1, 4) AS INTEGER) < 18",
    ),
    (
        "an abstract has as many syllables as words at least",
        "SELECT id FROM paper WHERE abstract_sentences > abstract_words OR abstract_words > abstract_syllables OR abstract_complex > abstract_words OR abstract_distinct > abstract_words",
    ),
    (
        "supervisors graduate before their students",
        "SELECT d.author FROM doctorate d JOIN doctorate s ON s.author = d.supervisor WHERE s.defended >= d.defended",
    ),
    (
        "conferences accept what was submitted",
        "SELECT name FROM conference WHERE accepted > submissions OR starts > ends",
    ),
    (
        "studies have no more responders than members",
        "SELECT name FROM study WHERE treated_responders > treated OR control_responders > control OR starts >= ends",
    ),
    (
        "reviews add up",
        "SELECT title FROM review WHERE identified - duplicates <> true_positives + false_positives + false_negatives + true_negatives OR registered > searched",
    ),
    ("projects end after they start", "SELECT name FROM research_project WHERE starts >= ends"),
    (
        "prescriptions stay within the formulary",
        "SELECT patient, drug FROM prescription p JOIN drug d ON d.name = p.drug WHERE p.daily_dose > d.max_daily_dose OR p.daily_dose <= 0",
    ),
    (
        "drugs are prescribed for what they are authorised for",
        "SELECT patient, drug FROM prescription p WHERE NOT EXISTS (SELECT 1 FROM indication i WHERE i.drug = p.drug AND i.disorder = p.disorder)",
    ),
    (
        "recommended doses stay within the formulary",
        "SELECT drug, disorder FROM indication i JOIN drug d ON d.name = i.drug WHERE i.recommended_dose > d.max_daily_dose",
    ),
    (
        "prescriptions treat a diagnosis",
        "SELECT patient, drug FROM prescription p WHERE NOT EXISTS (SELECT 1 FROM diagnosis g WHERE g.patient = p.patient AND g.disorder = p.disorder)",
    ),
    (
        "nobody is given what he is allergic to",
        "SELECT p.patient, p.drug FROM prescription p JOIN drug d ON d.name = p.drug JOIN allergy a ON a.patient = p.patient AND a.class = d.class",
    ),
    (
        "drugs are authorised after approval",
        "SELECT drug FROM indication i JOIN drug d ON d.name = i.drug WHERE i.authorised < d.approved",
    ),
    (
        "target concentrations are below toxic ones",
        "SELECT name FROM drug WHERE target_concentration >= toxic_concentration OR bioavailability NOT BETWEEN 0 AND 100 OR protein_binding NOT BETWEEN 0 AND 100 OR half_life <= 0",
    ),
    (
        "interactions are between two drugs, and stated once",
        "SELECT x.a, x.b FROM interaction x WHERE a = b OR EXISTS (SELECT 1 FROM interaction y WHERE y.a = x.b AND y.b = x.a)",
    ),
    (
        "ages follow from birth dates",
        "SELECT name FROM patient WHERE age <> CAST(strftime('%Y', '2025-06-30') AS INTEGER) - CAST(substr(birth_date, 1, 4) AS INTEGER) - (substr(birth_date, 6) > '06-30')",
    ),
    (
        "stays are the days between",
        "SELECT patient, admitted FROM admission WHERE stay <> julianday(discharged) - julianday(admitted) OR stay < 0 OR discharged > '2025-06-30'",
    ),
    ("systolic exceeds diastolic pressure", "SELECT patient FROM vitals WHERE systolic <= diastolic"),
    ("end-systolic volumes are smaller", "SELECT patient FROM heart WHERE end_systolic >= end_diastolic"),
    (
        "physicians look after their own hospital's patients",
        "SELECT p.name FROM patient p JOIN physician d ON d.name = p.physician WHERE d.hospital <> p.hospital",
    ),
    (
        "trials have no more events than members",
        "SELECT name FROM trial WHERE treated_events > treated OR control_events > control OR treated + control > participants OR started >= completed",
    ),
    (
        "departments' beds stay within the hospital's",
        "SELECT h.name FROM hospital h JOIN department d ON d.hospital = h.name GROUP BY h.name HAVING sum(d.beds) > h.beds",
    ),
    (
        "genes lie in their band",
        "SELECT symbol FROM gene g JOIN cytoband b ON b.name = g.band WHERE g.start_bp < b.start_bp OR g.end_bp > b.end_bp OR g.chromosome <> b.chromosome",
    ),
    (
        "bands do not overlap",
        "SELECT a.name, b.name FROM cytoband a JOIN cytoband b ON a.chromosome = b.chromosome AND a.name < b.name WHERE a.start_bp <= b.end_bp AND b.start_bp <= a.end_bp",
    ),
    (
        "coding sequences start with ATG and have whole codons",
        "SELECT symbol FROM gene WHERE coding_sequence NOT LIKE 'ATG%' OR length(coding_sequence) % 3 <> 0",
    ),
    (
        "proteins are as long as their genes say",
        "SELECT p.name FROM protein p JOIN gene g ON g.symbol = p.gene WHERE length(p.sequence) <> length(g.coding_sequence) / 3 - 1",
    ),
    (
        "primers lie on the gene",
        "SELECT symbol FROM gene WHERE instr(coding_sequence, forward_primer) = 0 OR amplicon_bp > length(coding_sequence)",
    ),
    (
        "allele frequencies are those of the genotypes",
        "SELECT variant, biobank FROM genotype WHERE abs(allele_frequency - (het + 2.0 * hom_alt) / (2.0 * (hom_ref + het + hom_alt))) > 6e-4",
    ),
    (
        "recaptures stay within marks and catch",
        "SELECT site FROM mark_recapture WHERE recaptured > min(marked, caught)",
    ),
    (
        "species belong to their family's class",
        "SELECT s.name FROM species s JOIN genus g ON g.name = s.genus JOIN taxonomic_family f ON f.name = g.family WHERE f.animal_class <> s.animal_class",
    ),
    ("surveys counted somebody", "SELECT site, year FROM survey_count WHERE individuals <= 0"),
    ("cities have censuses", "SELECT name FROM city c WHERE NOT EXISTS (SELECT 1 FROM census s WHERE s.city = c.name)"),
    ("rivers fall", "SELECT name FROM river WHERE source_m <= mouth_m"),
    (
        "no river flows into itself",
        "SELECT r.name FROM river r JOIN river s ON s.name = r.flows_into WHERE r.name = s.name",
    ),
    (
        "lakes are deeper than their mean and no rounder than a circle",
        "SELECT name FROM lake WHERE mean_depth_m >= max_depth_m OR shoreline_km * shoreline_km < 4 * 3.14159 * area_km2 * 0.998",
    ),
    ("mountains stand out by no more than their height", "SELECT name FROM mountain WHERE prominence_m > summit_m"),
    (
        "roads run both ways",
        "SELECT a.city FROM road a LEFT JOIN road b ON a.city = b.neighbour AND a.neighbour = b.city WHERE b.length_km IS NOT a.length_km OR b.drive_min IS NOT a.drive_min",
    ),
    (
        "railway stops follow each other",
        "SELECT a.line FROM railway_stop a JOIN railway_stop b ON b.line = a.line AND b.seq = a.seq + 1 WHERE b.km <= a.km OR b.minutes <= a.minutes",
    ),
    (
        "railway lines have the stops they say",
        "SELECT name FROM railway_line l WHERE stops <> (SELECT count(*) FROM railway_stop WHERE line = l.name) OR length_km <> (SELECT max(km) FROM railway_stop WHERE line = l.name)",
    ),
    (
        "regions hold their cities",
        "SELECT r.name FROM region r JOIN city c ON c.region = r.name GROUP BY r.name HAVING sum(c.population) > r.population OR sum(c.area_km2) > r.area_km2",
    ),
    (
        "capitals lie in their region",
        "SELECT r.name FROM region r JOIN city c ON c.name = r.capital WHERE c.region <> r.name",
    ),
    ("festivals end after they begin", "SELECT name FROM festival WHERE last_day < first_day"),
    (
        "no sector uses up what it makes",
        "SELECT region FROM input_output GROUP BY region HAVING max(sum(to_agriculture), sum(to_manufacturing), sum(to_construction), sum(to_services)) >= 0.95 OR min(final_demand) <= 0 OR count(*) <> 4",
    ),
    (
        "some weather follows every day",
        "SELECT city FROM weather_chain WHERE abs(to_dry + to_overcast + to_rainy - 1) > 1e-9 OR min(to_dry, to_overcast, to_rainy) <= 0",
    ),
    (
        "every city has its weather statistics, budget and station, every airport a log, every mountain a stress measurement",
        "SELECT c.name FROM city c WHERE (SELECT count(*) FROM weather_chain WHERE city = c.name) <> 3 OR (SELECT count(*) FROM data_file WHERE about = c.name AND kind IN ('budget', 'station')) <> 2
         UNION ALL SELECT a.name FROM airport a WHERE NOT EXISTS (SELECT 1 FROM data_file WHERE kind = 'log' AND about = a.name)
         UNION ALL SELECT m.name FROM mountain m WHERE NOT EXISTS (SELECT 1 FROM rock_stress WHERE mountain = m.name)",
    ),
    (
        "compression prevails in the rock",
        "SELECT mountain FROM rock_stress WHERE min(xx, yy, zz) <= 0 OR max(abs(xy), abs(yz), abs(zx)) > max(xx, yy, zz)",
    ),
    (
        "raters judge on the scale",
        "SELECT review, record FROM appraisal WHERE min(score_a, score_b, score_c) < 0 OR max(score_a, score_b, score_c) > 10",
    ),
    (
        "typed ISBNs are near those of the theses",
        "SELECT t.author FROM thesis_entry t JOIN doctorate d ON d.author = t.author WHERE length(t.isbn) <> 13 OR substr(t.isbn, 1, 4) <> substr(d.isbn_stem, 1, 4)",
    ),
    (
        "the mean pressure of a review is that of the vital signs",
        "SELECT c.patient FROM critical_care c JOIN vitals v ON v.patient = c.patient WHERE abs(c.mean_pressure - (v.systolic + 2 * v.diastolic) / 3.0) > 0.06",
    ),
    (
        "airway pressures rise from end of expiration to peak",
        "SELECT patient FROM anaesthesia WHERE peep >= plateau OR plateau > peak OR tidal_volume < 150",
    ),
    (
        "urine is more concentrated than serum",
        "SELECT u.patient FROM urine_solutes u JOIN metabolic m ON m.patient = u.patient WHERE u.osmolality <= m.osmolality",
    ),
    (
        "kidneys give off a tenth to seven tenths of the urea",
        "SELECT u.patient FROM urine_solutes s JOIN urine u ON u.patient = s.patient JOIN metabolic m ON m.patient = s.patient WHERE s.urea_nitrogen / m.urea_nitrogen * m.creatinine / u.creatinine NOT BETWEEN 0.1 AND 0.7",
    ),
    (
        "a diagnosis code names one disorder and begins with its chapter, and a chapter is a specialty",
        "SELECT c.code FROM diagnosis_code c GROUP BY c.code HAVING count(*) > 1 UNION SELECT disorder FROM diagnosis_code WHERE substr(code, 1, 1) <> chapter UNION SELECT c.chapter FROM diagnosis_code c JOIN disorder d ON d.name = c.disorder GROUP BY c.chapter HAVING count(DISTINCT d.specialty) > 1",
    ),
    (
        "ascites and cirrhosis go together",
        "SELECT patient FROM hepatic_review WHERE ascites <> 'absent' AND NOT cirrhosis",
    ),
    (
        "whoever is bedridden was immobile lately",
        "SELECT patient FROM thrombosis WHERE bedridden AND NOT recent_immobility",
    ),
    ("reference ranges are ranges", "SELECT hospital, analyte FROM reference_range WHERE lower >= upper OR lower <= 0"),
    (
        "a dose leaves the body as a whole",
        "SELECT e.drug FROM drug_elimination e JOIN drug_metabolism m ON m.drug = e.drug GROUP BY e.drug HAVING abs(e.renal_share + e.faecal_share + sum(m.share) - 100) > 0.051 OR e.faecal_share <= 0 OR min(m.share) <= 0",
    ),
    (
        "the main enzyme has the largest share",
        "SELECT m.drug FROM drug_elimination e JOIN drug_metabolism m ON m.drug = e.drug JOIN drug_metabolism n ON n.drug = e.drug AND n.enzyme = e.main_enzyme WHERE m.enzyme <> n.enzyme AND m.share >= n.share",
    ),
    (
        "rates stay below a tenth above the maximal one",
        "SELECT r.enzyme FROM enzyme_rate r JOIN enzyme e ON e.name = r.enzyme WHERE r.rate <= 0 OR r.rate > 1.1 * e.vmax",
    ),
    (
        "sites are as wide as their motif, which a transcription factor binds",
        "SELECT s.motif FROM motif_site s JOIN motif m ON m.name = s.motif JOIN protein p ON p.name = m.protein WHERE length(s.site) <> m.width OR p.class <> 'transcription factor'",
    ),
    (
        "residues of a pocket stand in the sequence",
        "SELECT protein, place FROM pocket_residue r JOIN protein p ON p.name = r.protein WHERE place > length(p.sequence) OR CAST(substr(residue, 4) AS INTEGER) <> place",
    ),
    (
        "test crosses show linkage",
        "SELECT name FROM breeding_cross WHERE recombinant_first + recombinant_second >= parental_first + parental_second OR min(dominant, recessive, parental_first, parental_second, recombinant_first, recombinant_second) < 1",
    ),
    (
        "haplotypes are of two variants of the gene",
        "SELECT h.gene FROM haplotype h JOIN variant a ON a.name = h.first_variant JOIN variant b ON b.name = h.second_variant WHERE a.gene <> h.gene OR b.gene <> h.gene OR a.position >= b.position OR min(h.ref_ref, h.ref_alt, h.alt_ref, h.alt_alt) < 1",
    ),
    (
        "fewer and fewer live on",
        "SELECT a.species FROM life_stage a JOIN life_stage b ON b.species = a.species AND b.age = a.age + 1 WHERE b.survivorship > a.survivorship OR b.survivorship <= 0 OR (a.age = 0 AND (a.survivorship <> 1 OR a.fecundity <> 0))",
    ),
];

/// Columns whose values are names that another table has: table, column, table, column.
const REFERENCES: &[(&str, &str, &str, &str)] = &[
    ("city", "region", "region", "name"),
    ("city", "airport", "airport", "name"),
    ("city", "river", "river", "name"),
    ("airport", "city", "city", "name"),
    ("airport_traffic", "airport", "airport", "name"),
    ("census", "city", "city", "name"),
    ("climate", "city", "city", "name"),
    ("road", "neighbour", "city", "name"),
    ("railway_stop", "city", "city", "name"),
    ("railway_stop", "line", "railway_line", "name"),
    ("railway_line", "start", "city", "name"),
    ("railway_line", "terminus", "city", "name"),
    ("river", "region", "region", "name"),
    ("river", "flows_into", "river", "name"),
    ("lake", "nearest_city", "city", "name"),
    ("mountain", "nearest_city", "city", "name"),
    ("museum", "city", "city", "name"),
    ("festival", "city", "city", "name"),
    ("region", "capital", "city", "name"),
    ("company", "city", "city", "name"),
    ("company", "industry", "industry", "name"),
    ("company", "exchange", "stock_exchange", "name"),
    ("company", "sector_index", "market_index", "name"),
    ("accounts", "company", "company", "name"),
    ("price", "company", "company", "name"),
    ("dividend", "company", "company", "name"),
    ("executive", "company", "company", "name"),
    ("executive", "birthplace", "city", "name"),
    ("executive", "previous_company", "company", "name"),
    ("bond", "issuer", "company", "name"),
    ("loan", "company", "company", "name"),
    ("loan", "bank", "bank", "name"),
    ("deposit", "bank", "bank", "name"),
    ("fund", "bank", "bank", "name"),
    ("fund", "benchmark", "market_index", "name"),
    ("fund_holding", "fund", "fund", "name"),
    ("fund_holding", "company", "company", "name"),
    ("index_member", "index_name", "market_index", "name"),
    ("index_member", "company", "company", "name"),
    ("supply", "supplier", "company", "name"),
    ("supply", "customer", "company", "name"),
    ("project", "company", "company", "name"),
    ("project_cash_flow", "project", "project", "name"),
    ("stock_exchange", "city", "city", "name"),
    ("stock_exchange", "leading_index", "market_index", "name"),
    ("hospital", "city", "city", "name"),
    ("department", "hospital", "hospital", "name"),
    ("physician", "hospital", "hospital", "name"),
    ("physician", "superior", "physician", "name"),
    ("patient", "hospital", "hospital", "name"),
    ("patient", "physician", "physician", "name"),
    ("patient", "city", "city", "name"),
    ("admission", "patient", "patient", "name"),
    ("admission", "disorder", "disorder", "name"),
    ("admission", "hospital", "hospital", "name"),
    ("diagnosis", "patient", "patient", "name"),
    ("diagnosis", "disorder", "disorder", "name"),
    ("prescription", "drug", "drug", "name"),
    ("prescription", "patient", "patient", "name"),
    ("prescription", "prescriber", "physician", "name"),
    ("indication", "drug", "drug", "name"),
    ("indication", "disorder", "disorder", "name"),
    ("interaction", "a", "drug", "name"),
    ("interaction", "b", "drug", "name"),
    ("allergy", "class", "drug", "class"),
    ("disorder", "gene", "gene", "symbol"),
    ("disorder", "first_line", "drug", "name"),
    ("drug", "manufacturer", "company", "name"),
    ("drug", "target", "gene", "symbol"),
    ("assay", "disorder", "disorder", "name"),
    ("assay", "developer", "company", "name"),
    ("trial", "drug", "drug", "name"),
    ("trial", "disorder", "disorder", "name"),
    ("trial", "sponsor", "company", "name"),
    ("trial", "hospital", "hospital", "name"),
    ("trial", "investigator", "physician", "name"),
    ("gene", "band", "cytoband", "name"),
    ("gene", "protein", "protein", "name"),
    ("protein", "gene", "gene", "symbol"),
    ("protein_partner", "protein", "protein", "name"),
    ("protein_partner", "partner", "protein", "name"),
    ("variant", "gene", "gene", "symbol"),
    ("variant", "discovery", "biobank", "name"),
    ("genotype", "variant", "variant", "name"),
    ("genotype", "biobank", "biobank", "name"),
    ("expression", "gene", "gene", "symbol"),
    ("ortholog", "gene", "gene", "symbol"),
    ("ortholog", "species", "species", "name"),
    ("species", "genus", "genus", "name"),
    ("species", "type_locality", "city", "name"),
    ("genus", "family", "taxonomic_family", "name"),
    ("genus", "type_species", "species", "name"),
    ("taxonomic_family", "type_genus", "genus", "name"),
    ("enzyme", "gene", "gene", "symbol"),
    ("inhibitor", "enzyme", "enzyme", "name"),
    ("inhibitor", "compound", "compound", "name"),
    ("pathway", "limiting_enzyme", "enzyme", "name"),
    ("pathway_gene", "pathway", "pathway", "name"),
    ("pathway_gene", "gene", "gene", "symbol"),
    ("exchange_rate", "currency", "foreign_currency", "name"),
    ("regional_accounts", "region", "region", "name"),
    ("option_contract", "company", "company", "name"),
    ("executive_holding", "executive", "executive", "name"),
    ("critical_care", "patient", "patient", "name"),
    ("thrombosis", "patient", "patient", "name"),
    ("reference_range", "hospital", "hospital", "name"),
    ("drug_elimination", "drug", "drug", "name"),
    ("diagnosis_code", "disorder", "disorder", "name"),
    ("drug_elimination", "main_enzyme", "enzyme", "name"),
    ("drug_metabolism", "enzyme", "enzyme", "name"),
    ("enzyme_rate", "enzyme", "enzyme", "name"),
    ("motif", "protein", "protein", "name"),
    ("motif_site", "gene", "gene", "symbol"),
    ("pocket_residue", "protein", "protein", "name"),
    ("breeding_cross", "species", "species", "name"),
    ("breeding_cross", "site", "survey_site", "name"),
    ("haplotype", "biobank", "biobank", "name"),
    ("life_stage", "species", "species", "name"),
    ("strain", "site", "survey_site", "name"),
    ("survey_site", "city", "city", "name"),
    ("survey_count", "species", "species", "name"),
    ("mark_recapture", "species", "species", "name"),
    ("author", "institution", "institution", "name"),
    ("institution", "city", "city", "name"),
    ("institution", "president", "author", "name"),
    ("paper", "journal", "journal", "name"),
    ("paper", "gene", "gene", "symbol"),
    ("paper", "species", "species", "name"),
    ("paper", "drug", "drug", "name"),
    ("paper", "company", "company", "name"),
    ("paper_author", "paper", "paper", "id"),
    ("paper_author", "author", "author", "id"),
    ("citation", "citing", "paper", "id"),
    ("citation", "cited", "paper", "id"),
    ("journal", "publisher", "publisher", "name"),
    ("journal", "editor", "author", "name"),
    ("publisher", "city", "city", "name"),
    ("doctorate", "author", "author", "name"),
    ("doctorate", "supervisor", "author", "name"),
    ("doctorate", "institution", "institution", "name"),
    ("conference", "city", "city", "name"),
    ("conference", "chair", "author", "name"),
    ("funder", "city", "city", "name"),
    ("research_project", "funder", "funder", "name"),
    ("research_project", "investigator", "author", "name"),
    ("research_project", "institution", "institution", "name"),
    ("review", "lead", "author", "name"),
    ("review", "funder", "funder", "name"),
    ("study", "paper", "paper", "title"),
    ("study", "drug", "drug", "name"),
    ("study", "sponsor", "company", "name"),
    ("study", "hospital", "hospital", "name"),
    ("study", "investigator", "author", "name"),
];

/// Dates of what has happened when the world stands still.
const PAST: &[(&str, &str)] = &[
    ("company", "founded"),
    ("company", "listed"),
    ("foreign_currency", "introduced"),
    ("executive_holding", "acquired"),
    ("anaesthesia", "performed"),
    ("critical_care", "reviewed"),
    ("reference_range", "revised"),
    ("diagnosis_code", "valid_from"),
    ("drug_metabolism", "reported"),
    ("motif", "described"),
    ("breeding_cross", "started"),
    ("executive", "appointed"),
    ("bond", "issued"),
    ("price", "date"),
    ("index_level", "date"),
    ("fund_value", "date"),
    ("fund", "launched"),
    ("bank", "founded"),
    ("supply", "since"),
    ("loan", "signed"),
    ("project", "approved"),
    ("city", "chartered"),
    ("museum", "opened"),
    ("region", "established"),
    ("road", "opened"),
    ("airport", "inaugurated"),
    ("patient", "birth_date"),
    ("patient", "registered"),
    ("admission", "discharged"),
    ("diagnosis", "diagnosed"),
    ("prescription", "started"),
    ("visit", "visited"),
    ("vitals", "checked"),
    ("metabolic", "taken"),
    ("drug", "approved"),
    ("indication", "authorised"),
    ("trial", "started"),
    ("gene", "annotated"),
    ("variant", "reported"),
    ("species", "described"),
    ("strain", "isolated"),
    ("survey", "date"),
    ("enzyme", "assayed"),
    ("paper", "published"),
    ("doctorate", "defended"),
    ("institution", "founded"),
    ("research_project", "starts"),
];

/// Names made of ordinary words or of positions: every world has the same industries, and cytobands where they belong.
const NOT_INVENTED: &[&str] = &["industry", "cytoband"];

fn world(seed: u64) -> World {
    World::open_in(Path::new(env!("CARGO_TARGET_TMPDIR")), seed).expect("the world is made")
}

fn world_of(seed: u64, percent: u32) -> World {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    Size::percent(percent).and_then(|size| World::make(dir, seed, size)).expect("the world is made")
}

fn names_found(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let rows = statement.query_map([], |row| {
        let values: Vec<String> = (0..row.as_ref().column_count())
            .map(|i| row.get_ref(i).map(|v| format!("{v:?}")))
            .collect::<Result<_, _>>()?;
        Ok(values.join(" "))
    });
    rows.and_then(Iterator::collect).unwrap_or_else(|e| panic!("{sql}: {e}"))
}

#[test]
fn worlds_are_consistent() {
    let mut broken = Vec::new();
    let worlds = [(1, 100), (2, 100), (40_961, 100), (3, 50), (4, 300)];
    for (seed, percent) in worlds {
        let db = Connection::open(world_of(seed, percent).path()).expect("the world opens");
        let mut check = |what: String, sql: &str| {
            let found = names_found(&db, sql);
            if !found.is_empty() {
                broken.push(format!(
                    "world {seed}: {what}: {} exceptions, {:?}",
                    found.len(),
                    &found[..found.len().min(3)]
                ));
            }
        };
        for (law, sql) in LAWS {
            check((*law).to_string(), sql);
        }
        for (table, column, other, key) in REFERENCES {
            let sql = format!(
                "SELECT {column} FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {other})"
            );
            check(format!("every {table}.{column} is a {other}.{key}"), &sql);
        }
        for (table, column) in PAST {
            check(
                format!("{table}.{column} is a date up to {AS_OF}"),
                &format!("SELECT {column} FROM {table} WHERE {column} > '{AS_OF}' OR date({column}) IS NOT {column}"),
            );
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn another_seed_gives_other_names() {
    let names = |seed| -> BTreeMap<String, BTreeSet<String>> {
        let types = entity_types(world(seed).path()).expect("the world can be read");
        types.into_iter().map(|t| (t.name, t.names.into_iter().collect())).collect()
    };
    let (first, second, third) = (names(1), names(2), names(40_971));
    assert_eq!(first.keys().collect::<Vec<_>>(), second.keys().collect::<Vec<_>>());
    for (a, b) in [(&first, &second), (&first, &third), (&second, &third)] {
        for (entity, names) in a.iter().filter(|(e, _)| !NOT_INVENTED.contains(&e.as_str())) {
            let shared: Vec<_> = b.get(entity).into_iter().flat_map(|others| names.intersection(others)).collect();
            assert!(shared.is_empty(), "two worlds have the same {entity}: {shared:?}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let fresh = dir.join("fresh");
    let _ = fs::remove_dir_all(&fresh);
    let start = Instant::now();
    let again = World::open_in(&fresh, 1).expect("the world is made");
    println!("a world takes {:.2} s to make", start.elapsed().as_secs_f64());
    let bytes = |w: &World| fs::read(w.path()).expect("the world can be read");
    assert!(bytes(&world(1)) == bytes(&again), "two worlds of one seed differ");
    assert_eq!(world(1).fingerprint(), again.fingerprint());
    assert_ne!(world(1).fingerprint(), world(2).fingerprint());
}

#[test]
fn every_world_serves_every_tool() {
    // Examples name entities by place, so that they hold in any world.
    for (seed, percent) in [(2, 100), (3, 50), (4, 300)] {
        let pool = load(&world_of(seed, percent)).expect("the pool loads");
        let failures = dive_tools::check::check(&pool, 1);
        assert!(failures.is_empty(), "{percent} %: {failures:#?}");
    }
    let pool = load(&world(2)).expect("the pool loads");
    for domain in DOMAINS {
        let seeds: usize = pool.entities().types().filter(|t| t.domain == domain).map(|t| t.names.len()).sum();
        println!("{domain}: {seeds} seed entities");
    }
}
