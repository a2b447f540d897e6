"""Retrieval tools against pandas over the same world: `python worlds.py ANSWERS [WORLD_SEED …]`.

ANSWERS is the example program `answers` of the pool. The statements of the manifests are not read: what each tool should
return is said again here from its description, as a row, as rows of a table, or as a function.
"""

import json
import math
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile

import pandas

RECORDS, LISTS, FUNCTIONS = {}, {}, {}
AS_OF = "2025-06-30"


def record(table, key, tools, **renamed):
    """Tools whose one parameter names a row of the table and which return its columns."""
    for tool, parameter in tools.items():
        RECORDS[tool] = (table, key, parameter, renamed)


def lists(tool, table, where, rows=None, **renamed):
    """A tool that returns the rows of a table whose columns have the values of parameters: `where` maps parameter to column.
    `rows` is a condition on the others."""
    LISTS[tool] = (table, where, rows, renamed)


def function(**draws):
    """A tool whose result is computed; `draws` maps parameters to (table, column), or to a list of values."""

    def register(f):
        FUNCTIONS[f.__name__] = (draws, f)
        return f

    return register


record("city", "name", {"city_profile": "city"})
record("festival", "name", {"festival_profile": "festival"}, theme="kind")
record("lake", "name", {"lake_profile": "lake"})
record("mountain", "name", {"mountain_profile": "mountain"})
record("railway_line", "name", {"railway_line_profile": "line"})
record("region", "name", {"region_profile": "region"})
record("river", "name", {"river_profile": "river"})
record("bank", "name", {"bank_profile": "bank"}, headquarters="city", total_assets="assets")
record("bond", "name", {"bond_profile": "bond"}, coupon_rate="coupon", quote_date="quoted")
record("executive", "name", {"executive_profile": "executive"}, base_salary="salary")
record("fund", "name", {"fund_profile": "fund"}, managing_bank="bank", ongoing_charge="fee", volume="assets")
record("industry", "name", {"industry_profile": "industry"}, days_sales_outstanding="day_sales")
record("project", "name", {"investment_project_profile": "project"}, initial_outlay="outlay", residual_value="salvage", useful_life="life")
record("loan", "company", {"main_bank_loan": "company"}, lender="bank", interest_rate="rate", term_years="term")
record("stock_exchange", "name", {"stock_exchange_profile": "stock_exchange"}, daily_turnover="turnover")
for _table, _tool in {"gas": "arterial_blood_gas", "blood": "blood_count", "heart": "echocardiogram", "liver": "liver_panel", "metabolic": "metabolic_panel", "fasting": "fasting_panel", "vitals": "vital_signs"}.items():
    record(_table, "patient", {_tool: "patient"})
record("heart", "patient", {"electrocardiogram": "patient"})
record("diagnosis_code", "disorder", {"diagnosis_code_record": "disorder"})
record("anaesthesia", "patient", {"anaesthetic_record": "patient"})
record("coagulation", "patient", {"coagulation_panel": "patient"})
record("breeding_cross", "name", {"breeding_cross_profile": "cross"}, founder_site="site")
record("foreign_currency", "name", {"foreign_currency_profile": "currency"}, latest_rate="rate")
record("assay", "name", {"assay_profile": "assay"})
record("disorder", "name", {"disorder_profile": "disorder"})
record("drug", "name", {"drug_pharmacokinetics": "drug", "drug_profile": "drug"})
record("hospital", "name", {"hospital_profile": "hospital"})
record("patient", "name", {"patient_profile": "patient", "stroke_risk_factors": "patient"})
record("physician", "name", {"physician_profile": "physician"})
record("trial", "name", {"trial_profile": "trial", "trial_outcome": "trial"})
record("compound", "name", {"compound_profile": "compound"})
record("enzyme", "name", {"enzyme_profile": "enzyme"})
record("rock_stress", "mountain", {"rock_stress_measurement": "mountain"})
record("gene", "symbol", {"gene_coding_sequence": "gene", "gene_primers": "gene"})
record("mark_recapture", "site", {"mark_recapture_study": "site"})
record("protein", "name", {"protein_sequence": "protein"})
record("strain", "name", {"strain_profile": "strain", "strain_thermal_trials": "strain"})
record("survey_site", "name", {"survey_site_profile": "site"})
record("variant", "name", {"variant_profile": "variant"})
record("paper", "title", {"abstract_statistics": "paper", "peer_review_record": "paper"})
record("author", "name", {"author_profile": "author"})
record("conference", "name", {"conference_profile": "conference"})
record("doctorate", "author", {"doctorate_record": "author"})
record("funder", "name", {"funder_profile": "funder"})
record("institution", "name", {"institution_profile": "institution"})
record("journal", "name", {"journal_profile": "journal"})
record("research_project", "name", {"project_profile": "project"})
record("publisher", "name", {"publisher_profile": "publisher"})
record("review", "title", {"review_pilot_ratings": "review", "review_profile": "review", "review_screening_counts": "review"}, both_exclude="both_exclude")
record("study", "name", {"study_group_results": "study", "study_profile": "study", "study_responders": "study"})

lists("option_chain", "option_contract", {"company": "company", "kind": "kind", "expiry": "expiry"}, contract="name")
lists("disorders_in_code_chapter", "diagnosis_code", {"chapter": "chapter"})
lists("patients_living_in_city", "patient", {"city": "city"}, patient="name")
lists("physicians_trained_in_city", "physician", {"city": "trained_in"}, physician="name")
lists("enzymes_metabolising_drug", "drug_metabolism", {"drug": "drug"})
lists("enzyme_rate_assay", "enzyme_rate", {"enzyme": "enzyme"})
lists("ortholog_alignment", "ortholog", {"gene": "gene"})
lists("motif_binding_sites", "motif_site", {"motif": "motif"})
lists("binding_pocket_residues", "pocket_residue", {"protein": "protein"})
lists("airport_traffic", "airport_traffic", {"airport": "airport"})
lists("census_history", "census", {"city": "city"}, counted="population")
lists("cities_in_region", "city", {"region": "region"})
lists("cities_on_river", "city", {"river": "river"}, mouth_distance_km="river_km")
lists("cities_served_by_airport", "city", {"airport": "airport"}, distance_km="airport_km")
lists("festivals_in_region", "festival", {"region": "region"})
lists("lakes_in_region", "lake", {"region": "region"})
lists("mountains_in_region", "mountain", {"region": "region"})
lists("museum_visitors", "museum_visits", {"museum": "museum"})
lists("museums_by_kind", "museum", {"region": "region", "kind": "kind"})
lists("railway_line_stops", "railway_stop", {"line": "line"}, rows="km > 0", name="city")
lists("railway_lines_in_region", "railway_line", {"region": "region"})
lists("regions_by_landscape", "region", {"landscape": "landscape"})
lists("input_output_table", "input_output", {"region": "region"})
lists("rivers_in_region", "river", {"region": "region"})
lists("road_neighbours", "road", {"city": "city"}, name="neighbour")
lists("tributaries_of_river", "river", {"river": "flows_into"})
lists("bonds_issued_by", "bond", {"company": "issuer"}, bond="name", coupon_rate="coupon")
lists("borrowers_of_bank", "loan", {"bank": "bank"}, interest_rate="rate")
lists("companies_headquartered_in", "company", {"city": "city"}, company="name")
lists("companies_in_industry", "company", {"industry": "industry"}, company="name", headquarters="city")
lists("customers_of_company", "supply", {"company": "supplier"}, contract_value="value")
lists("suppliers_of_company", "supply", {"company": "customer"}, contract_value="value")
lists("dividend_history", "dividend", {"company": "company"})
lists("executives_born_in", "executive", {"city": "birthplace"}, executive="name")
lists("executives_of_company", "executive", {"company": "company"}, executive="name", base_salary="salary")
lists("fund_holdings", "fund_holding", {"fund": "fund"})
lists("funds_by_strategy", "fund", {"strategy": "strategy"}, fund="name", ongoing_charge="fee", volume="assets")
lists("funds_holding_company", "fund_holding", {"company": "company"}, shares_held="shares")
lists("funds_managed_by", "fund", {"bank": "bank"}, fund="name")
lists("index_constituents", "index_member", {"market_index": "index_name"})
lists("listed_companies", "company", {"stock_exchange": "exchange", "sector": "sector"}, company="name", shares_outstanding="shares")
lists("project_cash_flows", "project_cash_flow", {"project": "project"})
lists("projects_of_company", "project", {"company": "company"}, project="name", initial_outlay="outlay")
lists("admissions_of_patient", "admission", {"patient": "patient"})
lists("assays_developed_by_company", "assay", {"company": "developer"}, assay="name")
lists("assays_for_disorder", "assay", {"disorder": "disorder"}, assay="name")
lists("departments_of_hospital", "department", {"hospital": "hospital"})
lists("diagnoses_of_patient", "diagnosis", {"patient": "patient"})
lists("disorders_in_specialty", "disorder", {"specialty": "specialty"})
lists("disorders_linked_to_gene", "disorder", {"gene": "gene"})
lists("drug_allergies_of_patient", "allergy", {"patient": "patient"})
lists("drugs_for_disorder", "indication", {"disorder": "disorder"})
lists("drugs_in_class", "drug", {"drug_class": "class", "route": "route"})
lists("drugs_of_manufacturer", "drug", {"company": "manufacturer"})
lists("drugs_prescribed_to_patient", "prescription", {"patient": "patient"})
lists("drugs_targeting_gene", "drug", {"gene": "target"})
lists("follow_up_visits", "visit", {"patient": "patient"})
lists("hospitals_in_city", "hospital", {"city": "city"})
lists("hospitals_with_department", "department", {"specialty": "specialty"})
lists("indications_of_drug", "indication", {"drug": "drug"})
lists("patients_of_hospital", "patient", {"hospital": "hospital", "specialty": "specialty"})
lists("patients_of_physician", "patient", {"physician": "physician"})
lists("patients_on_drug", "prescription", {"drug": "drug"})
lists("patients_with_disorder", "diagnosis", {"disorder": "disorder"})
lists("physicians_at_hospital", "physician", {"hospital": "hospital"})
lists("trials_in_disorder", "trial", {"disorder": "disorder"}, trial="name")
lists("trials_led_from_hospital", "trial", {"hospital": "hospital"}, trial="name")
lists("trials_of_drug", "trial", {"drug": "drug"}, trial="name")
lists("trials_sponsored_by_company", "trial", {"company": "sponsor"}, trial="name")
lists("competitive_inhibitors", "inhibitor", {"enzyme": "enzyme"})
lists("gene_expression_by_tissue", "expression", {"gene": "gene"})
lists("gene_orthologs", "ortholog", {"gene": "gene"})
lists("protein_binding_partners", "protein_partner", {"protein": "protein"})
lists("proteins_in_location", "protein", {"class": "class", "location": "location"})
lists("species_by_status", "species", {"animal_class": "animal_class", "habitat": "habitat", "status": "status"})
lists("species_first_collected_near", "species", {"city": "type_locality", "diet": "diet"})
lists("species_in_genus", "species", {"genus": "genus"})
lists("strains_from_site", "strain", {"site": "site"})
lists("survey_counts", "survey_count", {"site": "site", "year": "year"})
lists("survey_sites_near_city", "survey_site", {"city": "city"})
lists("variants_of_gene", "variant", {"gene": "gene"})
lists("authors_of_institution", "author", {"institution": "institution"})
lists("conferences_in_city", "conference", {"city": "city"})
lists("conferences_in_field", "conference", {"field": "field"})
lists("doctoral_students", "doctorate", {"author": "supervisor"})
lists("institution_yearly_figures", "institution_year", {"institution": "institution"})
lists("institutions_in_city", "institution", {"city": "city"})
lists("journal_yearly_figures", "journal_year", {"journal": "journal"})
lists("journals_in_field", "journal", {"field": "field"})
lists("journals_of_publisher", "journal", {"publisher": "publisher"})
lists("papers_in_journal", "paper", {"journal": "journal", "year": "year"})
lists("papers_on_company", "paper", {"company": "company"})
lists("papers_on_drug", "paper", {"drug": "drug"})
lists("papers_on_gene", "paper", {"gene": "gene"})
lists("papers_on_species", "paper", {"species": "species"})
lists("projects_hosted", "research_project", {"institution": "institution"})
lists("projects_led", "research_project", {"author": "investigator"})
lists("reviews_commissioned_by", "review", {"funder": "funder"})
lists("reviews_in_field", "review", {"field": "field"})
lists("studies_sponsored_by", "study", {"company": "sponsor"})
lists("studies_of_drug", "study", {"drug": "drug"})


def one(frame):
    return frame.iloc[0].to_dict() if len(frame) else None


def each(frame):
    return frame.to_dict("records")


@function(airport=("airport", "name"))
def airport_profile(t, airport):
    traffic = t.airport_traffic
    row = one(t.airport[t.airport.name == airport])
    return {**row, "passengers_2024": traffic[(traffic.airport == airport) & (traffic.year == 2024)].passengers.iloc[0]}


@function(region=("region", "name"), size=["small", "medium", "large"])
def cities_by_size_in_region(t, region, size):
    bounds = {"small": (0, 14_999), "medium": (15_000, 60_000), "large": (60_001, 10**9)}[size]
    return each(t.city[(t.city.region == region) & t.city.population.between(*bounds)])


@function(region=("region", "name"), century=[str(c) for c in range(11, 20)])
def cities_chartered_in_century(t, region, century):
    years = pandas.to_numeric(t.city.chartered.str[:4])
    first = 100 * int(century) - 99
    return each(t.city[(t.city.region == region) & years.between(first, first + 99)])


@function(theme=("festival", "kind"), month=[str(m) for m in range(1, 13)])
def festivals_by_theme_and_month(t, theme, month):
    f = t.festival
    return each(f[(f.kind == theme) & (f.first_day.str.split("-").str[1].astype(int) == int(month))])


@function(city=("railway_stop", "city"))
def railway_lines_of_city(t, city):
    lines = set(t.railway_stop[t.railway_stop.city == city].line)
    return each(t.railway_line[t.railway_line.name.isin(lines)])


@function(city=("museum", "city"))
def museums_in_city(t, city):
    visits = t.museum_visits[t.museum_visits.year == 2024].set_index("museum").visitors
    m = t.museum[t.museum.city == city]
    return each(m.assign(visitors_2024=m.name.map(visits)))


@function(museum=("museum", "name"))
def museum_profile(t, museum):
    visits = t.museum_visits
    row = one(t.museum[t.museum.name == museum])
    return {**row, "barcode_base": row["inventory_mark"], "visitors_2024": visits[(visits.museum == museum) & (visits.year == 2024)].visitors.iloc[0]}


@function(company=("company", "name"))
def company_profile(t, company):
    row = one(t.company[t.company.name == company])
    chiefs = t.executive[(t.executive.company == company) & (t.executive.office == "chief executive officer")]
    assert len(chiefs) == 1
    return {**row, "headquarters": row["city"], "shares_outstanding": row["shares"], "stock_exchange": row["exchange"], "credit_rating": row["rating"], "chief_executive": chiefs.name.iloc[0]}


@function(sector=("industry", "sector"))
def industries_in_sector(t, sector):
    i = t.industry[t.industry.sector == sector]
    return each(i.assign(industry=i.name, companies=i.name.map(t.company.groupby("industry").size()).fillna(0)))


def statement(t, company, year):
    a = t.accounts
    row = one(a[(a.company == company) & (a.year == year)])
    return row and {**row, "net_debt": round(row["total_debt"] - row["cash"], 2)}


YEARS = list(range(2019, 2025))
for _name in ("balance_sheet", "cash_flow_statement", "income_statement"):
    FUNCTIONS[_name] = ({"company": ("company", "name"), "year": YEARS}, statement)


@function(company=("company", "name"))
def credit_file(t, company):
    return statement(t, company, 2024)


@function(company=("company", "name"), first_year=[2019, 2020, 2021], last_year=[2022, 2023, 2024])
def annual_results(t, company, first_year, last_year):
    return each(t.accounts[(t.accounts.company == company) & t.accounts.year.between(first_year, last_year)])


@function(industry=("industry", "name"), year=YEARS)
def industry_results(t, industry, year):
    members = t.company[t.company.industry == industry].name
    return each(t.accounts[t.accounts.company.isin(members) & (t.accounts.year == year)])


DATES = ["2023-03-15", "2024-01-31", "2024-09-01", "2024-12-31", "2025-02-28", AS_OF]


@function(company=("company", "name"), date=DATES)
def share_price(t, company, date):
    p = t.price[(t.price.company == company) & (t.price.date <= date)].sort_values("date").tail(1)
    return one(p.assign(trading_day=p.date))


@function(company=("company", "name"))
def share_snapshot(t, company):
    p = t.price[t.price.company == company]
    year = p[(p.date > "2024-06-30") & (p.date <= AS_OF)].close
    dividend = t.dividend[(t.dividend.company == company) & (t.dividend.year == 2024)].per_share
    return {"close": p.sort_values("date").close.iloc[-1], "high": year.max(), "low": year.min(), "dividend": dividend.iloc[0] if len(dividend) else None}


@function(company=("company", "name"), year=[2023, 2024, 2025])
def share_price_history(t, company, year):
    return each(t.price[(t.price.company == company) & t.price.date.str.startswith(str(year))])


@function(company=("company", "name"))
def monthly_share_returns(t, company):
    index = t.company[t.company.name == company].sector_index.iloc[0]
    share = t.price[t.price.company == company].set_index("date").close.sort_index()
    level = t.index_level[t.index_level.index_name == index].set_index("date").level.sort_index()
    frame = pandas.DataFrame({"share_return": 100 * share.pct_change(), "index_return": 100 * level.pct_change()}).dropna()
    return each(frame.round(3).rename_axis("date").reset_index())


@function(market_index=("market_index", "name"), year=[2023, 2024, 2025])
def index_levels(t, market_index, year):
    return each(t.index_level[(t.index_level.index_name == market_index) & t.index_level.date.str.startswith(str(year))])


@function(market_index=("market_index", "name"))
def index_profile(t, market_index):
    row = one(t.market_index[t.market_index.name == market_index])
    return {**row, "stock_exchange": row["exchange"], "constituents": (t.index_member.index_name == market_index).sum()}


@function(maturity_years=("government_yield", "maturity"), date=DATES)
def government_bond_yield(t, maturity_years, date):
    y = t.government_yield
    y = y[(y.maturity == maturity_years) & (y.date <= date)].sort_values("date").tail(1)
    return one(y.assign(trading_day=y.date))


@function(date=DATES)
def yield_curve(t, date):
    y = t.government_yield
    y = y[y.date == y[y.date <= date].date.max()]
    return each(y.assign(maturity=[f"{m} year" + "s" * (m > 1) for m in y.maturity], monthly_change=y.change))


@function(rating=("company", "rating"), year=list(range(2025, 2036)))
def bonds_by_rating(t, rating, year):
    issuers = t.company[t.company.rating == rating].name
    b = t.bond[t.bond.issuer.isin(issuers) & t.bond.maturity.str.startswith(str(year))]
    return each(b.assign(bond=b.name))


@function(fund=("fund", "name"), year=[2023, 2024, 2025])
def fund_unit_values(t, fund, year):
    v = t.fund_value[(t.fund_value.fund == fund) & t.fund_value.date.str.startswith(str(year))]
    return each(v.assign(unit_value=v.value))


@function(bank=("bank", "name"))
def term_deposits_of_bank(t, bank):
    d = t.deposit[t.deposit.bank == bank]
    return each(d.assign(deposit=[f"{term}-year deposit" for term in d.term], interest_rate=d.rate, minimum_deposit=d.minimum))


@function(company=("company", "name"), year=YEARS)
def dividend(t, company, year):
    return one(t.dividend[(t.dividend.company == company) & (t.dividend.year == year)])


@function(patient=("patient", "name"))
def infection_work_up(t, patient):
    parts = [one(f[f.patient == patient]) for f in (t.blood, t.gas, t.vitals, t.metabolic)]
    return {**parts[0], **parts[1], **parts[3], **parts[2], **one(t.patient[t.patient.name == patient])}


@function(hospital=("hospital", "name"), first_year=[2018, 2020, 2022, 2024])
def hospital_annual_figures(t, hospital, first_year):
    return each(t.hospital_year[(t.hospital_year.hospital == hospital) & (t.hospital_year.year >= first_year)])


@function(drug=("drug", "name"))
def drugs_interacting_with_drug(t, drug):
    i = t.interaction
    both = pandas.concat([i.assign(me=i.a, drug=i.b), i.assign(me=i.b, drug=i.a)])
    return each(both[both.me == drug])


@function(city=("climate", "city"), month=("climate", "name"))
def month_climate(t, city, month):
    return one(t.climate[(t.climate.city == city) & (t.climate.name == month)])


@function(city=("climate", "city"))
def climate_normals(t, city):
    c = t.climate[t.climate.city == city]
    return each(c.assign(month=c.name))


@function(**{"class": ("enzyme", "class"), "min_turnover": [1, 10, 100, 1000]})
def enzymes_of_class(t, min_turnover, **given):
    return each(t.enzyme[(t.enzyme["class"] == given["class"]) & (t.enzyme.kcat > min_turnover)])


@function(tissue=("expression", "tissue"), threshold=[50, 100, 200, 500])
def genes_expressed_in_tissue(t, tissue, threshold):
    e = t.expression[(t.expression.tissue == tissue) & (t.expression.tpm > threshold)]
    return each(e.merge(t.gene, left_on="gene", right_on="symbol"))


@function(species=("species", "name"))
def species_profile(t, species):
    row = one(t.species[t.species.name == species])
    return {**row, "family": t.genus[t.genus.name == row["genus"]].family.iloc[0]}


@function(genus=("genus", "name"))
def genus_profile(t, genus):
    return {**one(t.genus[t.genus.name == genus]), "species_count": (t.species.genus == genus).sum()}


@function(family=("taxonomic_family", "name"))
def family_profile(t, family):
    genera = t.genus[t.genus.family == family].name
    return {**one(t.taxonomic_family[t.taxonomic_family.name == family]), "genus_count": len(genera), "species_count": t.species.genus.isin(genera).sum()}


@function(family=("taxonomic_family", "name"))
def genera_in_family(t, family):
    g = t.genus[t.genus.family == family]
    return each(g.assign(species_count=g.name.map(t.species.groupby("genus").size())))


@function(site=("survey_site", "name"))
def survey_history(t, site):
    counts = t.survey_count[t.survey_count.site == site].groupby("year").individuals.agg(["sum", "count"])
    s = t.survey[t.survey.site == site]
    return each(s.assign(individuals=s.year.map(counts["sum"]), species_count=s.year.map(counts["count"])))


@function(species=("survey_count", "species"), year=("survey_count", "year"))
def sites_recording_species(t, species, year):
    c = t.survey_count[(t.survey_count.species == species) & (t.survey_count.year == year)]
    return each(c.assign(elevation_m=c.site.map(t.survey_site.set_index("name").elevation_m)))


@function(gene=("gene", "symbol"))
def gene_profile(t, gene):
    row = one(t.gene[t.gene.symbol == gene])
    length = len(range(row["start_bp"], row["end_bp"] + 1))
    return {**row, "locus": f"{row['chromosome']}:{row['start_bp']}-{row['end_bp']}", "length_bp": length, "coding_nt": len(row["coding_sequence"])}


@function(protein=("protein", "name"))
def protein_profile(t, protein):
    row = one(t.protein[t.protein.name == protein])
    return {**row, "residues": len(row["sequence"])}


@function(band=("cytoband", "name"))
def cytoband_profile(t, band):
    row = one(t.cytoband[t.cytoband.name == band])
    return {**row, "length_bp": row["end_bp"] - row["start_bp"] + 1, "genes": (t.gene.band == band).sum()}


@function(band=("cytoband", "name"))
def genes_in_cytoband(t, band):
    g = t.gene[t.gene.band == band]
    return each(g.assign(length_bp=g.end_bp - g.start_bp + 1))


@function(gene=("gene", "symbol"), tissue=("expression", "tissue"))
def gene_expression_in_tissue(t, gene, tissue):
    return one(t.expression[(t.expression.gene == gene) & (t.expression.tissue == tissue)])


@function(gene=("ortholog", "gene"), species=("ortholog", "species"))
def ortholog_coding_sequence(t, gene, species):
    return one(t.ortholog[(t.ortholog.gene == gene) & (t.ortholog.species == species)])


@function(variant=("variant", "name"))
def variant_genotype_counts(t, variant):
    where = t.variant[t.variant.name == variant].discovery.iloc[0]
    row = one(t.genotype[(t.genotype.variant == variant) & (t.genotype.biobank == where)])
    return row and {**row, "genotyped": row["hom_ref"] + row["het"] + row["hom_alt"]}


@function(variant=("variant", "name"))
def variant_frequencies(t, variant):
    g = t.genotype[t.genotype.variant == variant]
    return each(g.assign(genotyped=g.hom_ref + g.het + g.hom_alt))


@function(biobank=("biobank", "name"))
def biobank_profile(t, biobank):
    return {**one(t.biobank[t.biobank.name == biobank]), "variants": (t.variant.discovery == biobank).sum()}


@function(enzyme=("inhibitor", "enzyme"))
def strongest_inhibitor(t, enzyme):
    row = one(t.inhibitor[t.inhibitor.enzyme == enzyme].sort_values(["ki_um", "compound"]))
    return {**one(t.enzyme[t.enzyme.name == enzyme]), **row}


@function(compound=("inhibitor", "compound"))
def enzymes_inhibited_by(t, compound):
    return each(t.inhibitor[t.inhibitor.compound == compound].merge(t.enzyme, left_on="enzyme", right_on="name"))


@function(protein=("protein_partner", "protein"))
def tightest_binding_partner(t, protein):
    return one(t.protein_partner[t.protein_partner.protein == protein].sort_values(["kd_nm", "partner"]))


@function(pathway=("pathway", "name"))
def pathway_profile(t, pathway):
    return {**one(t.pathway[t.pathway.name == pathway]), "genes": (t.pathway_gene.pathway == pathway).sum()}


@function(pathway=("pathway", "name"))
def genes_in_pathway(t, pathway):
    members = t.pathway_gene[t.pathway_gene.pathway == pathway].merge(t.gene, left_on="gene", right_on="symbol")
    return each(members.assign(length_bp=members.end_bp - members.start_bp + 1))


@function(gene=("pathway_gene", "gene"))
def pathways_of_gene(t, gene):
    return each(t.pathway_gene[t.pathway_gene.gene == gene].merge(t.pathway, left_on="pathway", right_on="name"))


@function(author=("author", "name"))
def papers_by_author(t, author):
    me = t.author[t.author.name == author].id.iloc[0]
    return each(t.paper[t.paper.id.isin(t.paper_author[t.paper_author.author == me].paper)])


@function(author=("author", "name"))
def papers_led_by_author(t, author):
    me = t.author[t.author.name == author].id.iloc[0]
    led = t.paper_author[(t.paper_author.author == me) & (t.paper_author.place == 1)].paper
    return each(t.paper[t.paper.id.isin(led)])


@function(author=("author", "name"), minimum=[1, 2, 3])
def coauthors(t, author, minimum):
    me = t.author[t.author.name == author].id.iloc[0]
    mine = t.paper_author[t.paper_author.author == me].paper
    others = t.paper_author[t.paper_author.paper.isin(mine) & (t.paper_author.author != me)].merge(t.paper, left_on="paper", right_on="id")
    joint = others.groupby("author").agg(joint=("paper", "size"), latest=("year", "max"))
    return each(joint[joint.joint >= minimum].join(t.author.set_index("id")))


@function(paper=("paper", "title"))
def paper_profile(t, paper):
    row = one(t.paper[t.paper.title == paper])
    places = t.paper_author[t.paper_author.paper == row["id"]].sort_values("place")
    assert len(places) == row["authors"] and list(places.place) == list(range(1, len(places) + 1))
    assert row["citations"] == (t.citation.cited == row["id"]).sum()
    return {**row, "first_author": t.author[t.author.id == places.author.iloc[0]].name.iloc[0]}


@function(paper=("paper", "title"))
def paper_subject(t, paper):
    row = one(t.paper[t.paper.title == paper])
    return row if any(isinstance(row[k], str) for k in ("gene", "species", "drug", "company")) else None


@function(paper=("paper", "title"))
def paper_authors(t, paper):
    me = t.paper[t.paper.title == paper].id.iloc[0]
    return each(t.author[t.author.id.isin(t.paper_author[t.paper_author.paper == me].author)])


@function(paper=("paper", "title"))
def references_of_paper(t, paper):
    me = t.paper[t.paper.title == paper].id.iloc[0]
    return each(t.paper[t.paper.id.isin(t.citation[t.citation.citing == me].cited)])


@function(paper=("paper", "title"))
def citing_papers(t, paper):
    me = t.paper[t.paper.title == paper].id.iloc[0]
    return each(t.paper[t.paper.id.isin(t.citation[t.citation.cited == me].citing)])


@function(paper=("paper", "title"))
def citation_history(t, paper):
    me = one(t.paper[t.paper.title == paper])
    years = t.paper[t.paper.id.isin(t.citation[t.citation.cited == me["id"]].citing)].year.value_counts()
    return [{"year": y, "received": years.get(y, 0)} for y in range(me["year"] + 1, 2025)]


@function(journal=("journal", "name"), year=[2019, 2021, 2023, 2024])
def journal_citation_report(t, journal, year):
    own = t.paper[t.paper.journal == journal]
    window = own[own.year.isin([year - 1, year - 2])].id
    then = t.paper[t.paper.year == year].id
    received = (t.citation.cited.isin(window) & t.citation.citing.isin(then)).sum()
    return {"window_citations": received, "window_items": len(window), "items": (own.year == year).sum()}


@function(journal=("journal", "name"))
def journal_impact_counts_2024(t, journal):
    report = journal_citation_report(t, journal, 2024)
    return {"citations": report["window_citations"], "items": report["window_items"]}


@function(institution=("doctorate", "institution"), year=[2005, 2012, 2018, 2022])
def doctorates_awarded(t, institution, year):
    return each(t.doctorate[(t.doctorate.institution == institution) & (pandas.to_datetime(t.doctorate.defended).dt.year >= year)])


@function(funder=("funder", "name"), year=[2012, 2016, 2020])
def projects_of_funder(t, funder, year):
    return each(t.research_project[(t.research_project.funder == funder) & (pandas.to_datetime(t.research_project.starts).dt.year >= year)])


@function(hospital=("study", "hospital"))
def studies_at_hospital(t, hospital):
    s = t.study[t.study.hospital == hospital]
    return each(s.assign(participants=s.treated + s.control))


def region_of(t, frame):
    return frame.city.map(t.city.set_index("name").region)


@function(region=("region", "name"))
def hospitals_in_region(t, region):
    return each(t.hospital[region_of(t, t.hospital) == region])


@function(region=("region", "name"))
def institutions_in_region(t, region):
    return each(t.institution[region_of(t, t.institution) == region])


@function(region=("region", "name"))
def survey_sites_in_region(t, region):
    return each(t.survey_site[region_of(t, t.survey_site) == region])


def edges(roads):
    """Each road once, under the name that begins with one of its ends."""
    return each(roads.assign(road=roads.city + "–" + roads.neighbour))


@function(region=("region", "name"))
def main_roads_of_region(t, region):
    inside = set(t.city[t.city.region == region].name)
    return edges(t.road[t.road.city.isin(inside) & t.road.neighbour.isin(inside) & (t.road.city < t.road.neighbour)])


@function(city=("road", "city"))
def main_roads_around_city(t, city):
    near = lambda names: set(t.road[t.road.city.isin(names)].neighbour)
    away = {city: 0}
    for step in (1, 2):
        for name in near(set(away)) - set(away):
            away[name] = step
    roads = t.road[t.road.city.isin(away) & t.road.neighbour.isin(away)]
    return edges(roads[[(away[a], a) < (away[b], b) for a, b in zip(roads.city, roads.neighbour)]])


@function(city=("city", "name"))
def weather_transitions(t, city):
    w = t.weather_chain[t.weather_chain.city == city]
    return each(w.assign(after=["after an overcast day" if today == "overcast" else f"after a {today} day" for today in w.today]))


def published(t, kind, about, key):
    return {key: t.data_file[(t.data_file.kind == kind) & (t.data_file.about == about)].content.iloc[0]}


@function(city=("city", "name"))
def budget_file_of_city(t, city):
    return published(t, "budget", city, "csv")


@function(city=("city", "name"))
def weather_station_feed(t, city):
    return published(t, "station", city, "json")


@function(airport=("airport", "name"))
def airport_operations_log(t, airport):
    return published(t, "log", airport, "log")


@function(institution=("institution", "name"))
def coauthorship_links(t, institution):
    members = t.author[t.author.institution == institution].set_index("id").name
    papers = t.paper_author[t.paper_author.author.isin(members.index)]
    both = papers.merge(papers, on="paper")
    both = both.assign(first=both.author_x.map(members), second=both.author_y.map(members))
    both = both[both["first"] < both["second"]].groupby(["first", "second"]).size().reset_index(name="joint_papers")
    both = both[both.joint_papers >= 2].sort_values(["first", "second"])
    return each(both.assign(pair=both["first"] + "–" + both["second"], link=[f"link-{i + 1}" for i in range(len(both))]))


@function(journal=("journal", "name"))
def journal_cross_citations(t, journal):
    field = t.journal.set_index("name").field
    of = t.paper.set_index("id").journal
    pairs = pandas.DataFrame({"citing": t.citation.citing.map(of), "cited": t.citation.cited.map(of)})
    pairs = pairs[(pairs.citing.map(field) == field[journal]) & (pairs.cited.map(field) == field[journal])]
    pairs = pairs.groupby(["citing", "cited"]).size().reset_index(name="citations").sort_values(["citing", "cited"])
    return each(pairs.assign(pair=pairs.citing + "→" + pairs.cited, link=[f"link-{i + 1}" for i in range(len(pairs))]))


def together(t, paper, minimum, this, by, name):
    """Papers that share neighbours with a paper: `this` is its own column of the citations, `by` that of the neighbours."""
    number = t.paper[t.paper.title == paper].id.iloc[0]
    shared = t.citation[t.citation[by].isin(t.citation[t.citation[this] == number][by])]
    counts = shared[shared[this] != number].groupby(this).size()
    counts = counts[counts >= minimum]
    return each(t.paper[t.paper.id.isin(counts.index)].assign(**{name: lambda p: p.id.map(counts)}))


@function(paper=("paper", "title"), minimum=[1, 2, 3])
def cocited_papers(t, paper, minimum):
    return together(t, paper, minimum, "cited", "citing", "cocitations")


@function(paper=("paper", "title"), minimum=[1, 3, 4])
def coupled_papers(t, paper, minimum):
    return together(t, paper, minimum, "citing", "cited", "shared_references")


@function(paper=("paper", "title"))
def bibliographic_record(t, paper):
    p = t.paper[t.paper.title == paper].iloc[0]
    j = t.journal[t.journal.name == p.journal].iloc[0]
    names = t.paper_author[t.paper_author.paper == p.id].sort_values("place").author.map(t.author.set_index("id").name)
    last = int(t.paper[(t.paper.journal == p.journal) & (t.paper.year == p.year) & (t.paper.id <= p.id)].pages.sum())
    volume, first = int(p.year) - int(j.founded[:4]) + 1, last - int(p.pages) + 1
    return {"authors": "; ".join(names), "title": paper, "journal": p.journal, "year": p.year, "volume": volume,
            "first_page": first, "last_page": last, "doi": f"10.5555/{j.issn_stem}.{volume}.{first}"}


@function(institution=("doctorate", "institution"))
def thesis_catalogue(t, institution):
    return each(t.doctorate[t.doctorate.institution == institution].merge(t.thesis_entry, on="author"))


@function(review=("review", "title"))
def quality_appraisal_of_review(t, review):
    a = t.appraisal[t.appraisal.review == review]
    codes = {f"bias_{k}": a[f"bias_{k}"].map({"low": 1, "some": 2, "high": 3}) for k in "abc"}
    return each(a.assign(record="record-" + a.record.astype(str), **codes))


@function(institution=("institution", "name"), year=list(range(2006, 2026)))
def papers_from_institution(t, institution, year):
    members = t.author[t.author.institution == institution].id
    written = t.paper_author[t.paper_author.author.isin(members)].paper
    return each(t.paper[t.paper.id.isin(written) & (t.paper.year == year)])


@function(author=("author", "name"))
def academic_ancestors(t, author):
    theses = t.doctorate.set_index("author")
    line, name = [], theses.supervisor[author]
    while not pandas.isna(name):
        line.append({"author": name, "generation": len(line) + 1, **theses.loc[name, ["defended", "pages"]].to_dict()})
        name = theses.supervisor[name]
    return line


def partners(t, studies, **dated):
    studies = studies.assign(name=studies.investigator.map(t.author.set_index("name").institution), participants=studies.treated + studies.control)
    rows = studies.groupby("name").agg(studies=("name", "size"), participants=("participants", "sum"), **dated)
    return each(rows.reset_index())


@function(company=("study", "sponsor"))
def academic_partners_of_company(t, company):
    return partners(t, t.study[t.study.sponsor == company], latest=("ends", "max"))


@function(hospital=("study", "hospital"))
def academic_partners_of_hospital(t, hospital):
    return partners(t, t.study[t.study.hospital == hospital], earliest=("starts", "min"))


def text_of(t, document):
    return t.document.set_index("id").text[document]


@function(document=("document", "id"))
def document_statistics(t, document):
    text = text_of(t, document)
    return {"words": len(text.split()), "characters": len(text), "lines": text.count("\n") + 1}


@function(document=("document", "id"), words=["ing", "tion", "20", "THE", "year", "e"])
def find_in_document(t, document, words):
    found = [f"{i}: {line}" for i, line in enumerate(text_of(t, document).split("\n"), 1) if words.lower() in line.lower()]
    return {"matches": len(found), "lines": "\n".join(found) if found else None}


@function(currency=("foreign_currency", "name"), date=DATES)
def exchange_rate(t, currency, date):
    e = t.exchange_rate[(t.exchange_rate.currency == currency) & (t.exchange_rate.date <= date)].sort_values("date").tail(1)
    return one(e.assign(trading_day=e.date))


@function(currency=("foreign_currency", "name"), year=[2023, 2024, 2025])
def exchange_rate_history(t, currency, year):
    return each(t.exchange_rate[(t.exchange_rate.currency == currency) & t.exchange_rate.date.str.startswith(str(year))])


@function(regime=("foreign_currency", "regime"), least=[0.5, 2, 4, 6])
def currencies_by_regime(t, regime, least):
    c = t.foreign_currency[(t.foreign_currency.regime == regime) & (t.foreign_currency.policy_rate >= least)]
    return each(c.assign(currency=c.name))


def region_years(t, region, first, last):
    a = t.regional_accounts
    a = a[(a.region == region) & a.year.between(first, last)]
    return a.assign(gross_domestic_product=a.output, real_growth=a.growth)


@function(region=("region", "name"), year=[2015, 2019, 2024])
def regional_economy(t, region, year):
    return one(region_years(t, region, year, year))


@function(region=("region", "name"), first_year=[2015, 2018], last_year=[2021, 2024])
def regional_economic_history(t, region, first_year, last_year):
    return each(region_years(t, region, first_year, last_year))


@function(option=("option_contract", "name"))
def option_contract_profile(t, option):
    row = one(t.option_contract[t.option_contract.name == option])
    price = t.price[(t.price.company == row["company"]) & (t.price.date == AS_OF)].close.iloc[0]
    curve = t.government_yield[(t.government_yield.maturity == 1) & (t.government_yield.date == AS_OF)]["yield"].iloc[0]
    days = (pandas.Timestamp(row["expiry"]) - pandas.Timestamp(AS_OF)).days
    return {**row, "underlying": row["company"], "share_price": price, "risk_free_rate": curve, "days_to_expiry": days}


@function(company=("company", "name"))
def insider_holdings(t, company):
    h = t.executive_holding[t.executive_holding.company == company]
    outstanding = t.company[t.company.name == company].shares.iloc[0]
    return each(h.assign(shares_held=h.shares, stake=(100 * h.shares / outstanding).round(4), last_purchase=h.acquired))


@function(company=("company", "name"))
def trailing_year_trading(t, company):
    p = t.price[t.price.company == company].sort_values("date").tail(12)
    return each(p)


@function(fund=("fund", "name"))
def monthly_fund_returns(t, fund):
    index = t.fund[t.fund.name == fund].benchmark.iloc[0]
    value = t.fund_value[t.fund_value.fund == fund].set_index("date").value.sort_index()
    level = t.index_level[t.index_level.index_name == index].set_index("date").level.sort_index()
    frame = pandas.DataFrame({"fund_return": 100 * value.pct_change(), "benchmark_return": 100 * level.pct_change()}).dropna()
    return each(frame.round(3).rename_axis("date").reset_index())


@function(company=("company", "name"))
def three_year_statements(t, company):
    shares = t.company[t.company.name == company].shares.iloc[0]
    a = t.accounts[(t.accounts.company == company) & (t.accounts.year > 2021)]
    return each(a.assign(shares=shares))


def joined(t, patient, *tables):
    """The patient's row in each of the tables, later ones first."""
    row = {}
    for table in tables:
        frame = getattr(t, table)
        row |= one(frame[frame.patient == patient])
    return row


@function(patient=("patient", "name"))
def urine_chemistry(t, patient):
    return joined(t, patient, "urine_solutes", "urine")


@function(patient=("patient", "name"))
def organ_function_review(t, patient):
    vitals = joined(t, patient, "vitals")
    row = joined(t, patient, "metabolic", "gas", "blood", "liver", "critical_care")
    mean = (vitals["systolic"] + 2 * vitals["diastolic"]) / 3
    assert abs(row["mean_pressure"] - mean) < 0.06
    return {**row, "coma_score": vitals["coma_score"]}


@function(patient=("patient", "name"))
def acute_physiology_review(t, patient):
    row = joined(t, patient, "metabolic", "blood", "gas", "critical_care")
    vitals = joined(t, patient, "vitals")
    return {**row, **{k: vitals[k] for k in ("temperature", "heart_rate", "respiratory_rate", "coma_score")}, "age": one(t.patient[t.patient.name == patient])["age"]}


@function(patient=("patient", "name"))
def hepatological_review(t, patient):
    return joined(t, patient, "metabolic", "liver", "hepatic_review")


@function(patient=("patient", "name"))
def thrombosis_assessment(t, patient):
    return joined(t, patient, "vitals", "thrombosis")


@function(patient=("patient", "name"))
def bleeding_risk_factors(t, patient):
    return {**joined(t, patient, "metabolic", "vitals", "hepatic_review", "bleeding_risk"), **one(t.patient[t.patient.name == patient])}


@function(hospital=("hospital", "name"))
def laboratory_reference_limits(t, hospital):
    r = t.reference_range[t.reference_range.hospital == hospital].set_index("analyte")
    return {f"{analyte}_{end}": r.loc[analyte, end] for analyte in r.index for end in ("lower", "upper")}


@function(region=("region", "name"), analyte=("reference_range", "analyte"))
def reference_ranges_in_region(t, region, analyte):
    cities = t.city[t.city.region == region].name
    hospitals = t.hospital[t.hospital.city.isin(cities)].name
    return each(t.reference_range[(t.reference_range.analyte == analyte) & t.reference_range.hospital.isin(hospitals)])


@function(drug=("drug", "name"))
def drug_elimination_profile(t, drug):
    return {**one(t.drug_elimination[t.drug_elimination.drug == drug]), "max_daily_dose": t.drug[t.drug.name == drug].max_daily_dose.iloc[0]}


@function(enzyme=("enzyme", "name"))
def drugs_metabolised_by_enzyme(t, enzyme):
    return each(t.drug_metabolism[t.drug_metabolism.enzyme == enzyme].merge(t.drug, left_on="drug", right_on="name"))


@function(motif=("motif", "name"))
def motif_profile(t, motif):
    sites = t.motif_site[t.motif_site.motif == motif]
    row = one(t.motif[t.motif.name == motif])
    assert set(sites.site.str.len()) == {row["width"]}
    return {**row, "sites": len(sites)}


@function(gene=("motif_site", "gene"))
def motifs_upstream_of_gene(t, gene):
    return each(t.motif_site[t.motif_site.gene == gene].merge(t.motif, left_on="motif", right_on="name"))


@function(species=("breeding_cross", "species"))
def crosses_of_species(t, species):
    c = t.breeding_cross[t.breeding_cross.species == species]
    test = c[["parental_first", "parental_second", "recombinant_first", "recombinant_second"]].sum(axis=1)
    return each(c.assign(cross_name=c.name, offspring=c[["dominant", "recessive"]].sum(axis=1), test_offspring=test))


@function(gene=("gene", "symbol"))
def gene_haplotype_counts(t, gene):
    known = t.variant[t.variant.gene == gene].sort_values("position").name
    row = one(t.haplotype[t.haplotype.gene == gene])
    assert row is None or [row["first_variant"], row["second_variant"]] == list(known[:2])
    return row


@function(site=("survey_site", "name"))
def first_and_last_survey(t, site):
    c = t.survey_count[(t.survey_count.site == site) & t.survey_count.year.isin([2021, 2024])]
    wide = c.pivot_table(index="species", columns="year", values="individuals", aggfunc="sum", fill_value=0)
    return each(wide.rename(columns={2021: "first_count", 2024: "last_count"}).reset_index())


@function(species=("species", "name"))
def species_life_table(t, species):
    stages = t.life_stage[t.life_stage.species == species]
    return each(stages.assign(age_class=[f"age {a}" for a in stages.age]))


class Tables:
    def __init__(self, path):
        self.connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def __getattr__(self, name):
        frame = pandas.read_sql_query(f'SELECT * FROM "{name}"', self.connection)
        setattr(self, name, frame)
        return frame


def values(t, source, r):
    if isinstance(source, list):
        return r.choice(source)
    table, column = source
    value = r.choice(sorted(getattr(t, table)[column].dropna().unique()))
    return value.item() if hasattr(value, "item") else value


def calls(t, n):
    """Arguments, and what the tool should return for them."""
    for tool, (table, key, parameter, renamed) in RECORDS.items():
        r = random.Random(tool)
        frame = getattr(t, table)
        for _ in range(n):
            name = values(t, (table, key), r)
            row = one(frame[frame[key] == name])
            yield tool, {parameter: name}, {**row, **{field: row[column] for field, column in renamed.items()}}
    for tool, (table, where, rows, renamed) in LISTS.items():
        r = random.Random(tool)
        frame = getattr(t, table)
        frame = frame.query(rows) if rows else frame
        for _ in range(n):
            # Most rows exist together; one call in three combines values that need not.
            row = frame.dropna(subset=list(where.values())).sample(1, random_state=r.randrange(2**31)).iloc[0]
            args = {p: row[c].item() if hasattr(row[c], "item") else row[c] for p, c in where.items()}
            if r.random() < 0.33 and len(where) > 1:
                p, c = r.choice(list(where.items()))
                args[p] = values(t, (table, c), r)
            chosen = frame
            for p, c in where.items():
                chosen = chosen[chosen[c] == args[p]]
            yield tool, args, each(chosen.assign(**{field: chosen[column] for field, column in renamed.items()}))
    for tool, (draws, f) in FUNCTIONS.items():
        r = random.Random(tool)
        for _ in range(n):
            args = {p: values(t, source, r) for p, source in draws.items()}
            yield tool, args, f(t, **args)


def equal(found, expected):
    if isinstance(found, bool) or found is None:
        return (found is None and pandas.isna(expected)) or bool(expected) == found
    if isinstance(found, (int, float)):
        return not pandas.isna(expected) and math.isclose(found, expected, rel_tol=1e-9)
    return found == expected


def agrees(found, expected):
    """The fields that differ; a field without a value is left out of results."""
    return [k for k, v in found.items() if k not in expected or not equal(v, expected[k])]


def problem(tool, outcome, expected):
    if outcome["status"] == "error":
        empty = expected is None or expected == []
        return None if empty else f"refuses: {outcome['error']['message']}"
    value = outcome["value"]
    if not isinstance(expected, list):
        if expected is None:
            return f"gives {value}, should find nothing"
        odd = agrees(value, expected)
        return f"differs in {odd}: {value}" if odd else None
    [rows] = [v for v in value.values() if isinstance(v, list)]
    if value.get("truncated"):
        return None
    if len(rows) != len(expected):
        return f"has {len(rows)} rows, should have {len(expected)}"
    rest = list(expected)
    for row in rows:
        match = next((e for e in rest if not agrees(row, e)), None)
        if match is None:
            return f"has an unexpected row {row}"
        rest = [e for e in rest if e is not match]
    return None


def check(answers, seed):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "path"
        subprocess.run([answers, path, str(seed)], stdin=subprocess.DEVNULL, check=True)
        t = Tables(path.read_text())
        wanted = list(calls(t, 15))
        text = "".join(json.dumps({"tool": tool, "args": args}) + "\n" for tool, args, _ in wanted)
        done = subprocess.run([answers, path, str(seed)], input=text, stdout=subprocess.PIPE, text=True, check=True)
    problems = []
    for (tool, args, expected), line in zip(wanted, done.stdout.splitlines(), strict=True):
        if why := problem(tool, json.loads(line), expected):
            problems.append(f"{tool}({args}) {why}")
    tools = len(RECORDS) + len(LISTS) + len(FUNCTIONS)
    print(f"world {seed}: {len(wanted)} calls of {tools} retrieval tools, {len(problems)} disagreements", file=sys.stderr)
    return problems


if __name__ == "__main__":
    found = [p for seed in sys.argv[2:] or ["1", "23"] for p in check(sys.argv[1], seed)]
    print("\n".join(found))
    sys.exit(bool(found))
