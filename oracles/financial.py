"""Financial: bonds, options, investment, loans, ratios, risk, valuation."""

import math
from fractions import Fraction

import numpy
import numpy_financial
import QuantLib as ql
import scipy.optimize
import scipy.stats

from golden import Domain, log, many, num, one, refuse_if, whole

DOMAIN = Domain("financial")


def oracle(*args, rel=6e-6, **options):
    # These tools state six significant digits.
    return DOMAIN.oracle(*args, rel=rel, **options)


# Bonds

def ql_date(text):
    year, month, day = map(int, text.split("-"))
    return ql.Date(day, month, year)


class Bond:
    """A bond with annual coupons on the anniversaries of its maturity, ICMA actual/actual, priced by QuantLib."""

    def __init__(self, coupon_rate, maturity, settlement):
        refuse_if(settlement >= maturity or not 0 <= coupon_rate <= 100)
        end = ql_date(maturity)
        self.settlement = ql_date(settlement)
        ql.Settings.instance().evaluationDate = self.settlement
        start = ql.NullCalendar().advance(end, -40, ql.Years)
        schedule = ql.Schedule(start, end, ql.Period(ql.Annual), ql.NullCalendar(), ql.Unadjusted, ql.Unadjusted, ql.DateGeneration.Backward, False)
        self.count = ql.ActualActual(ql.ActualActual.ISMA, schedule)
        self.bond = ql.FixedRateBond(0, 100.0, schedule, [coupon_rate / 100], self.count)

    def rate(self, percent):
        return ql.InterestRate(percent / 100, self.count, ql.Compounded, ql.Annual)

    def price(self, percent):
        return ql.BondFunctions.cleanPrice(self.bond, self.rate(percent), self.settlement)

    def accrued(self):
        return ql.BondFunctions.accruedAmount(self.bond, self.settlement)

    def yield_(self, clean):
        refuse_if(clean <= 0)
        return scipy.optimize.brentq(lambda y: self.price(y) - clean, -89, 999, xtol=1e-12, rtol=1e-14)

    def duration(self, percent, kind):
        return ql.BondFunctions.duration(self.bond, self.rate(percent), kind, self.settlement)

    def convexity(self, percent):
        return ql.BondFunctions.convexity(self.bond, self.rate(percent), self.settlement)


QUANTLIB = "QuantLib:FixedRateBond, BondFunctions, ActualActual(ISMA)"


def terms(r):
    import datetime

    settlement = datetime.date(2025, 1, 1) + datetime.timedelta(days=r.randint(0, 400))
    maturity = settlement + datetime.timedelta(days=r.randint(20, 11000))
    return {"coupon_rate": round(r.uniform(0, 9), 3), "maturity": maturity.isoformat(), "settlement": settlement.isoformat()}


def priced(r):
    return {**terms(r), "clean_price": round(r.uniform(70, 130), 3)}


bond_edges = [
    {"coupon_rate": 0},
    {"maturity": "2032-02-29", "settlement": "2025-02-28"},
    {"maturity": "2032-02-29", "settlement": "2025-03-01"},
    {"maturity": "2028-03-10", "settlement": "2025-03-10"},
    {"maturity": "2028-03-10", "settlement": "2028-03-09"},
    {"maturity": "2028-03-10", "settlement": "2028-03-10"},
    {"coupon_rate": 101},
    {"coupon_rate": -1},
]


@oracle("bond_price", QUANTLIB, lambda r: {**terms(r), "yield_to_maturity": round(r.uniform(-1, 12), 3)}, edges=bond_edges + [{"yield_to_maturity": 0}, {"yield_to_maturity": -50}], n=25)
def _(coupon_rate, maturity, yield_to_maturity, settlement):
    return {"clean_price": Bond(coupon_rate, maturity, settlement).price(yield_to_maturity)}


@oracle("accrued_interest", QUANTLIB, terms, edges=bond_edges)
def _(coupon_rate, maturity, settlement):
    return {"accrued_interest": Bond(coupon_rate, maturity, settlement).accrued()}


@oracle("yield_to_maturity", QUANTLIB, priced, edges=bond_edges[:4] + [{"clean_price": 0}, {"clean_price": -5}], n=25)
def _(coupon_rate, maturity, clean_price, settlement):
    return {"yield_to_maturity": Bond(coupon_rate, maturity, settlement).yield_(clean_price)}


@oracle("bond_duration", QUANTLIB, priced, edges=bond_edges[:4], n=25)
def _(coupon_rate, maturity, clean_price, settlement):
    bond = Bond(coupon_rate, maturity, settlement)
    rate = bond.yield_(clean_price)
    return {"macaulay_duration": bond.duration(rate, ql.Duration.Macaulay), "modified_duration": bond.duration(rate, ql.Duration.Modified)}


@oracle("bond_convexity", QUANTLIB, priced, edges=bond_edges[:4], n=25)
def _(coupon_rate, maturity, clean_price, settlement):
    bond = Bond(coupon_rate, maturity, settlement)
    return {"convexity": bond.convexity(bond.yield_(clean_price))}


# Options


@oracle("black_scholes_price", "QuantLib:BlackCalculator",
        {"option": one("call", "put"), "share_price": num(5, 200), "strike": num(5, 200), "months_to_expiry": num(0.5, 36, 1), "risk_free_rate": num(-1, 8), "volatility": num(5, 90, 1)},
        edges=[{"months_to_expiry": 0}, {"volatility": 0}, {"share_price": 0}, {"strike": -1}, {"share_price": 50, "strike": 50}, {"risk_free_rate": 0}], n=40, abs_=1e-8)
def _(option, share_price, strike, months_to_expiry, risk_free_rate, volatility):
    refuse_if(min(share_price, strike, months_to_expiry, volatility) <= 0)
    years = months_to_expiry / 12
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if option == "call" else ql.Option.Put, strike)
    discount = math.exp(-risk_free_rate / 100 * years)
    calculator = ql.BlackCalculator(payoff, share_price / discount, volatility / 100 * math.sqrt(years), discount)
    return {"price": calculator.value(), "delta": calculator.delta(share_price)}


# Investment and loans

flows = lambda r: {"cash_flows": [-round(r.uniform(5, 90), 1)] + [round(r.uniform(1, 40), 1) for _ in range(r.randint(2, 10))]}


@oracle("net_present_value", "numpy-financial:npv", lambda r: {**flows(r), "discount_rate": round(r.uniform(-5, 30), 2)},
        edges=[{"discount_rate": 0}, {"cash_flows": []}, {"cash_flows": [7]}, {"discount_rate": -50}], rel=1e-7)
def _(cash_flows, discount_rate):
    refuse_if(not cash_flows)
    return {"net_present_value": numpy_financial.npv(discount_rate / 100, cash_flows)}


@oracle("internal_rate_of_return", "numpy-financial:irr", flows,
        edges=[{"cash_flows": c} for c in ([5, 5, 5], [], [-10, 5, -3, 9], [-10, 10], [10, -4, -4], [0, -8, 4, 5], [-10, 0, 0, 14.641])], n=30)
def _(cash_flows):
    signs = [f > 0 for f in cash_flows if f]
    refuse_if(sum(a != b for a, b in zip(signs, signs[1:])) != 1)
    while cash_flows[0] == 0:
        cash_flows = cash_flows[1:]
    value = lambda rate: sum(f / (1 + rate) ** t for t, f in enumerate(cash_flows))
    rate = numpy_financial.irr(cash_flows)
    assert abs(value(rate)) < 1e-7 * sum(map(abs, cash_flows))
    return {"internal_rate_of_return": 100 * rate}


@oracle("payback_period", "Ross, Westerfield, Jordan, Fundamentals of Corporate Finance, ch. 9, by numpy.interp over cumulative flows", flows,
        edges=[{"cash_flows": c} for c in ([-60, 20, 30], [5, 5], [], [-10, 10], [-10, 0, 0, 20])])
def _(cash_flows):
    refuse_if(not cash_flows or cash_flows[0] >= 0)
    total = numpy.cumsum(cash_flows)
    refuse_if(total.max() < 0)
    after = int(numpy.argmax(total >= 0))
    return {"payback_period": numpy.interp(0, total[after - 1:after + 1], [after - 1, after])}


@oracle("break_even_quantity", "contribution margin in exact fractions, rounded up", {"fixed_cost": num(0.01, 40, 3), "unit_price": num(40, 400), "unit_cost": num(1, 60)},
        edges=[{"fixed_cost": 0}, {"unit_price": 20, "unit_cost": 20}, {"fixed_cost": -1}, {"fixed_cost": 0.002, "unit_price": 200, "unit_cost": 120}], rel=0)
def _(fixed_cost, unit_price, unit_cost):
    refuse_if(unit_price <= unit_cost or fixed_cost < 0)
    exact = lambda x: Fraction(str(x))
    return {"break_even_quantity": math.ceil(exact(fixed_cost) * 10**6 / (exact(unit_price) - exact(unit_cost)))}


@oracle("straight_line_depreciation", "IAS 16.62, straight-line method", {"cost": num(5, 200, 1), "residual_value": num(0, 4, 1), "useful_life": whole(2, 30)},
        edges=[{"residual_value": 500}, {"useful_life": 0}, {"residual_value": -1}])
def _(cost, residual_value, useful_life):
    refuse_if(residual_value < 0 or residual_value > cost or useful_life <= 0)
    return {"annual_depreciation": float((Fraction(str(cost)) - Fraction(str(residual_value))) / useful_life)}


@oracle("declining_balance_value", "IAS 16.62, diminishing balance method, year by year", {"cost": num(5, 200, 1), "depreciation_rate": num(0, 60, 1), "years": whole(0, 20)},
        edges=[{"years": 0}, {"depreciation_rate": 100}, {"depreciation_rate": 0}, {"cost": -1}])
def _(cost, depreciation_rate, years):
    refuse_if(cost < 0)
    for _ in range(years):
        cost -= cost * depreciation_rate / 100
    return {"book_value": cost}


@oracle("loan_instalment", "numpy-financial:pmt, ipmt", {"principal": num(0.05, 90, 3), "annual_rate": num(0.1, 12, 2), "term": whole(1, 40)},
        edges=[{"annual_rate": 0}, {"principal": 0}, {"term": 0}, {"term": 2.5}, {"annual_rate": 0.01}], rel=1e-7)
def _(principal, annual_rate, term):
    refuse_if(principal <= 0 or term <= 0)
    months, rate = round(12 * term), annual_rate / 1200
    interest = -numpy_financial.ipmt(rate, numpy.arange(1, months + 1), months, principal).sum() if rate else 0
    return {"monthly_instalment": -1e6 * numpy_financial.pmt(rate, months, principal), "total_interest": interest}


@oracle("deposit_value", "numpy-financial:fv", {"deposit": num(100, 90000), "annual_rate": num(-2, 12), "term": num(0, 30, 1)},
        edges=[{"annual_rate": 0}, {"term": 0}, {"deposit": -1}, {"deposit": 0}], rel=1e-7)
def _(deposit, annual_rate, term):
    refuse_if(deposit < 0)
    return {"final_value": numpy_financial.fv(annual_rate / 100, term, 0, -deposit)}


@oracle("effective_annual_rate", "QuantLib:InterestRate.equivalentRate", {"nominal_rate": num(-5, 30), "compounding": one("half-yearly", "quarterly", "monthly", "weekly", "daily")},
        edges=[{"nominal_rate": 0}, {"nominal_rate": 100, "compounding": "daily"}])
def _(nominal_rate, compounding):
    frequency = {"half-yearly": ql.Semiannual, "quarterly": ql.Quarterly, "monthly": ql.Monthly, "weekly": ql.Weekly, "daily": ql.Daily}[compounding]
    nominal = ql.InterestRate(nominal_rate / 100, ql.Actual365Fixed(), ql.Compounded, frequency)
    return {"effective_rate": 100 * nominal.equivalentRate(ql.Compounded, ql.Annual, 1.0).rate()}


# Ratios, in exact fractions

F = lambda x: Fraction(str(x))
money = num(1, 5000, 1)


def ratio(tool, source, key, args, positive, value, edges=(), rel=6e-6):
    """A quotient of statement values that needs some of them above zero."""

    @oracle(tool, source, args, edges=[*({name: 0} for name in positive), *({name: -7.5} for name in positive), *edges], rel=rel)
    def _(**given):
        refuse_if(any(given[name] <= 0 for name in positive))
        return {key: float(value(**{name: F(v) for name, v in given.items()}))}


RWJ = "Ross, Westerfield, Jordan, Fundamentals of Corporate Finance, ch. 3, in exact fractions"
ratio("net_profit_margin", RWJ, "net_profit_margin", {"net_income": num(-300, 900, 1), "revenue": money}, ["revenue"], lambda net_income, revenue: 100 * net_income / revenue)
ratio("gross_margin", RWJ, "gross_margin", {"revenue": money, "cost_of_revenue": money}, ["revenue"], lambda revenue, cost_of_revenue: 100 - 100 * cost_of_revenue / revenue)
ratio("return_on_equity", RWJ, "return_on_equity", {"net_income": num(-300, 900, 1), "equity": money}, ["equity"], lambda net_income, equity: 100 * net_income / equity)
ratio("return_on_assets", RWJ, "return_on_assets", {"net_income": num(-300, 900, 1), "total_assets": money}, ["total_assets"], lambda net_income, total_assets: 100 * net_income / total_assets)
ratio("effective_tax_rate", "IAS 12.86, in exact fractions", "effective_tax_rate", {"income_tax": num(-20, 300, 1), "pretax_income": money}, ["pretax_income"], lambda income_tax, pretax_income: 100 * income_tax / pretax_income)
ratio("collection_period", RWJ, "collection_period", {"receivables": money, "revenue": money}, ["revenue"], lambda receivables, revenue: receivables / (revenue / 365), edges=[{"receivables": 0}])
ratio("current_ratio", RWJ, "current_ratio", {"current_assets": money, "current_liabilities": money}, ["current_liabilities"], lambda current_assets, current_liabilities: current_assets / current_liabilities)
ratio("debt_to_equity", RWJ, "debt_to_equity", {"total_debt": money, "equity": money}, ["equity"], lambda total_debt, equity: total_debt / equity)
ratio("interest_coverage", RWJ, "interest_coverage", {"operating_income": num(-100, 900, 1), "interest_expense": num(0.1, 90, 1)}, ["interest_expense"], lambda operating_income, interest_expense: operating_income / interest_expense)
ratio("current_yield", "Fabozzi, Bond Markets, Analysis, and Strategies, ch. 3, in exact fractions", "current_yield", {"coupon_rate": num(0, 9, 3), "clean_price": num(60, 140)}, ["clean_price"], lambda coupon_rate, clean_price: 100 * coupon_rate / clean_price)
ratio("earnings_per_share", "IAS 33.10, in exact fractions", "earnings_per_share", {"net_income": num(-50, 900, 1), "shares_outstanding": whole(100_000, 400_000_000)}, [], lambda net_income, shares_outstanding: net_income * 10**6 / shares_outstanding)
ratio("price_earnings_ratio", RWJ, "price_earnings_ratio", {"price": num(1, 400), "earnings_per_share": num(0.05, 20)}, ["earnings_per_share"], lambda price, earnings_per_share: price / earnings_per_share)
ratio("dividend_yield", "Brealey, Myers, Allen, Principles of Corporate Finance, ch. 4, in exact fractions", "dividend_yield", {"dividend": num(0, 20), "price": num(1, 400)}, ["price"], lambda dividend, price: 100 * dividend / price)
ratio("market_capitalisation", "price times shares, in exact fractions", "market_capitalisation", {"price": num(1, 400), "shares_outstanding": whole(100_000, 400_000_000)}, ["price"], lambda price, shares_outstanding: price * shares_outstanding / 10**6, rel=1e-7)
ratio("enterprise_value", "Berk and DeMarzo, Corporate Finance, ch. 2, in exact fractions", "enterprise_value", {"market_capitalisation": money, "net_debt": num(-500, 900, 1)}, ["market_capitalisation"], lambda market_capitalisation, net_debt: market_capitalisation + net_debt, rel=1e-7)
ratio("ev_to_ebitda", "Berk and DeMarzo, Corporate Finance, ch. 2, in exact fractions", "ev_to_ebitda", {"enterprise_value": money, "ebitda": num(1, 900, 1)}, ["ebitda"], lambda enterprise_value, ebitda: enterprise_value / ebitda)
ratio("price_to_book", RWJ, "price_to_book", {"market_capitalisation": money, "equity": money}, ["equity"], lambda market_capitalisation, equity: market_capitalisation / equity)


@oracle("dupont_analysis", RWJ, {"net_income": num(-300, 900, 1), "revenue": money, "total_assets": money, "equity": money}, edges=[{"revenue": 0}, {"total_assets": 0}, {"equity": -1}, {"net_income": 0}])
def _(net_income, revenue, total_assets, equity):
    refuse_if(min(revenue, total_assets, equity) <= 0)
    return {"asset_turnover": F(revenue) / F(total_assets), "equity_multiplier": F(total_assets) / F(equity), "return_on_equity": 100 * F(net_income) / F(equity)}


@oracle("altman_z_score", "Altman, Hartzell, Peck 1995: 6.56 X1 + 3.26 X2 + 6.72 X3 + 1.05 X4, in exact fractions",
        {"working_capital": num(-500, 900, 1), "retained_earnings": num(-500, 900, 1), "operating_income": num(-200, 500, 1), "equity": num(-100, 900, 1), "total_liabilities": money, "total_assets": money},
        edges=[{"total_liabilities": 0}, {"total_assets": 0}])
def _(working_capital, retained_earnings, operating_income, equity, total_liabilities, total_assets):
    refuse_if(min(total_liabilities, total_assets) <= 0)
    x = [F(working_capital) / F(total_assets), F(retained_earnings) / F(total_assets), F(operating_income) / F(total_assets), F(equity) / F(total_liabilities)]
    return {"z_score": sum(F(w) * v for w, v in zip(("6.56", "3.26", "6.72", "1.05"), x))}


@oracle("free_cash_flow", "operating cash flow less capital expenditure, in exact fractions", {"operating_cash_flow": num(-100, 900, 1), "capital_expenditure": num(0, 400, 1)}, edges=[{"capital_expenditure": -1}, {"capital_expenditure": 0}])
def _(operating_cash_flow, capital_expenditure):
    refuse_if(capital_expenditure < 0)
    return {"free_cash_flow": F(operating_cash_flow) - F(capital_expenditure)}


@oracle("gordon_growth_value", "Gordon and Shapiro 1956, as the sum of 200,000 discounted dividends", {"dividend": num(0.1, 9), "cost_of_equity": num(5, 14), "dividend_growth": num(-2, 4.5)},
        edges=[{"dividend": 0}, {"cost_of_equity": 3, "dividend_growth": 3}, {"cost_of_equity": 2, "dividend_growth": 3}, {"dividend": -1}])
def _(dividend, cost_of_equity, dividend_growth):
    refuse_if(dividend < 0 or cost_of_equity <= dividend_growth)
    q = (100 + dividend_growth) / (100 + cost_of_equity)
    return {"fair_value": dividend * math.fsum(q**t for t in range(1, 200_000))}


@oracle("cost_of_equity", "Sharpe 1964, in exact fractions", {"risk_free_rate": num(-1, 6), "beta": num(-0.5, 2.5), "equity_risk_premium": num(2, 8)}, edges=[{"beta": 0}, {"beta": 1}])
def _(risk_free_rate, beta, equity_risk_premium):
    return {"cost_of_equity": F(risk_free_rate) + F(beta) * F(equity_risk_premium)}


@oracle("relever_beta", "Hamada 1972, in exact fractions", {"unlevered_beta": num(0.1, 2), "debt_to_equity": num(0, 3), "tax_rate": num(0, 45, 1)}, edges=[{"debt_to_equity": 0}, {"debt_to_equity": -0.1}, {"tax_rate": 100}])
def _(unlevered_beta, debt_to_equity, tax_rate):
    refuse_if(debt_to_equity < 0)
    return {"levered_beta": F(unlevered_beta) * (1 + (1 - F(tax_rate) / 100) * F(debt_to_equity))}


@oracle("weighted_average_cost_of_capital", "numpy:average with weights", {"cost_of_equity": num(4, 14), "cost_of_debt": num(1, 8), "equity_value": money, "debt_value": num(0, 2000, 1), "tax_rate": num(0, 45, 1)},
        edges=[{"debt_value": 0}, {"equity_value": 0}, {"equity_value": 0, "debt_value": 0}, {"debt_value": -1}])
def _(cost_of_equity, cost_of_debt, equity_value, debt_value, tax_rate):
    refuse_if(min(equity_value, debt_value) < 0 or equity_value + debt_value == 0)
    return {"wacc": numpy.average([cost_of_equity, cost_of_debt * (1 - tax_rate / 100)], weights=[equity_value, debt_value])}


# Return and risk


def walk(low, high):
    def draw(r):
        prices = [r.uniform(5, 300)]
        for _ in range(r.randint(low, high) - 1):
            prices.append(prices[-1] * math.exp(r.gauss(0.004, 0.06)))
        return [round(p, 2) for p in prices]

    return draw


bad_prices = [{"prices": []}, {"prices": [5]}, {"prices": [5, 0, 4]}, {"prices": [5, -1, 4]}]


def refuse_prices(prices, least):
    refuse_if(len(prices) < least or min(prices, default=0) <= 0)


@oracle("annualised_volatility", "numpy:std(ddof=1) of log returns", {"prices": walk(4, 36)}, edges=bad_prices + [{"prices": [5, 6]}, {"prices": [5, 5, 5]}])
def _(prices):
    refuse_prices(prices, 3)
    return {"annualised_volatility": 100 * math.sqrt(12) * numpy.std(numpy.diff(numpy.log(prices)), ddof=1)}


@oracle("maximum_drawdown", "numpy:maximum.accumulate", {"prices": walk(3, 36)}, edges=bad_prices + [{"prices": [1, 2, 3]}, {"prices": [3, 2, 1]}])
def _(prices):
    refuse_prices(prices, 2)
    peak = numpy.maximum.accumulate(prices)
    return {"maximum_drawdown": 100 * float(((peak - numpy.array(prices)) / peak).max())}


@oracle("price_return", "first to last price, in exact fractions", {"prices": walk(3, 36)}, edges=bad_prices + [{"prices": [4, 9, 4]}])
def _(prices):
    refuse_prices(prices, 2)
    return {"price_return": 100 * (F(prices[-1]) / F(prices[0]) - 1)}


@oracle("moving_average", "pandas:Series.rolling", lambda r: {"prices": (p := walk(6, 36)(r)), "window": r.randint(1, len(p))}, edges=[{"prices": [5, 6], "window": 3}, {"window": 1}, {"prices": [], "window": 1}])
def _(prices, window):
    import pandas

    refuse_prices(prices, window)
    return {"moving_average": pandas.Series(prices).rolling(window).mean().iloc[-1]}


@oracle("revenue_cagr", "scipy:optimize.brentq on the definition", {"revenues": many(num(20, 3000, 1), 2, 9)}, edges=[{"revenues": []}, {"revenues": [5]}, {"revenues": [5, 0]}, {"revenues": [5, 5]}])
def _(revenues):
    refuse_prices(revenues, 2)
    years = len(revenues) - 1
    rate = scipy.optimize.brentq(lambda g: revenues[0] * (1 + g) ** years - revenues[-1], -0.9999999, 1000, xtol=1e-14, rtol=1e-14)
    return {"cagr": 100 * rate}


@oracle("mean_dividend_growth", "pandas:Series.pct_change", {"dividends": many(num(0.5, 5), 2, 9)}, edges=[{"dividends": []}, {"dividends": [1]}, {"dividends": [1, 0]}, {"dividends": [2, 2]}])
def _(dividends):
    import pandas

    refuse_prices(dividends, 2)
    return {"dividend_growth": 100 * pandas.Series(dividends).pct_change().mean()}


def returns(r):
    n = r.randint(3, 36)
    index = [round(r.gauss(0.5, 4), 2) for _ in range(n)]
    return {"share_returns": [round(1.2 * x + r.gauss(0, 3), 2) for x in index], "index_returns": index}


@oracle("beta_against_index", "scipy:stats.linregress", returns,
        edges=[{"share_returns": [1, 2], "index_returns": [1, 2]}, {"share_returns": [1, 2, 3], "index_returns": [1, 2]}, {"index_returns": [2, 2, 2], "share_returns": [1, 2, 3]}])
def _(share_returns, index_returns):
    refuse_if(len(share_returns) != len(index_returns) or len(share_returns) < 3 or len(set(index_returns)) == 1)
    line = scipy.stats.linregress(index_returns, share_returns)
    return {"beta": line.slope, "correlation": line.rvalue}


@oracle("sharpe_ratio", "pandas:pct_change, mean and std, by Sharpe 1994", {"prices": walk(4, 36), "risk_free_rate": num(-1, 5)}, edges=[{"prices": [5, 5, 5]}, {"prices": [5, 6]}, {"prices": [5, -6, 7]}])
def _(prices, risk_free_rate):
    import pandas

    refuse_prices(prices, 3)
    monthly = pandas.Series(prices).pct_change().dropna()
    refuse_if(monthly.std() == 0)
    return {"sharpe_ratio": (12 * monthly.mean() - risk_free_rate / 100) / (math.sqrt(12) * monthly.std())}


@oracle("sortino_ratio", "pandas:pct_change, clip and mean, by Sortino and Price 1994", {"prices": walk(6, 36), "risk_free_rate": num(-1, 5)}, edges=[{"prices": [1, 2, 4]}, {"prices": [5, 6]}, {"prices": [5, -6, 7]}])
def _(prices, risk_free_rate):
    import pandas

    refuse_prices(prices, 3)
    monthly = pandas.Series(prices).pct_change().dropna()
    downside = math.sqrt(((monthly - risk_free_rate / 1200).clip(upper=0) ** 2).mean())
    refuse_if(downside == 0)
    return {"sortino_ratio": (12 * monthly.mean() - risk_free_rate / 100) / (math.sqrt(12) * downside)}


@oracle("historical_value_at_risk", "numpy:quantile(method='linear')", {"prices": walk(4, 36), "confidence": one(80, 90, 95, 97.5, 99)}, edges=bad_prices + [{"prices": [5, 6]}, {"prices": [1, 2, 3]}])
def _(prices, confidence):
    refuse_prices(prices, 3)
    monthly = numpy.diff(prices) / numpy.array(prices[:-1])
    return {"value_at_risk": -100 * numpy.quantile(monthly, 1 - confidence / 100)}


# Listed options


def quote(r):
    kind, spot, strike = r.choice(["call", "put"]), round(r.uniform(5, 200), 2), 0
    strike = round(spot * r.uniform(0.75, 1.3), 1)
    days, rate, volatility = r.randint(5, 700), round(r.uniform(0.1, 5), 3), r.uniform(0.08, 0.9)
    value = black(kind, spot, strike, days, rate).value(volatility)
    return {"kind": kind, "share_price": spot, "strike": strike, "days_to_expiry": days, "risk_free_rate": rate, "premium": round(value + 0.01, 3)}


class black:
    """QuantLib's Black calculator and its implied deviation for an option on a share."""

    def __init__(self, kind, spot, strike, days, rate):
        self.type = ql.Option.Call if kind == "call" else ql.Option.Put
        self.payoff, self.years = ql.PlainVanillaPayoff(self.type, strike), days / 365
        self.discount = math.exp(-rate / 100 * self.years)
        self.spot, self.strike, self.forward = spot, strike, spot / self.discount

    def at(self, volatility):
        return ql.BlackCalculator(self.payoff, self.forward, volatility * math.sqrt(self.years), self.discount)

    def value(self, volatility):
        return self.at(volatility).value()

    def implied(self, premium):
        refuse_if(premium <= self.value(1e-4) or premium >= self.value(10))
        guess = ql.blackFormulaImpliedStdDev(self.type, self.strike, self.forward, premium, self.discount) / math.sqrt(self.years)
        return scipy.optimize.brentq(lambda v: self.value(v) - premium, max(guess * 0.5, 1e-4), guess * 2, xtol=1e-14, rtol=1e-14)


bad_quotes = [{"share_price": 0}, {"strike": 0}, {"days_to_expiry": 0}, {"premium": 0}, {"premium": -1}]
no_volatility = [dict(kind="call", share_price=50, strike=40, days_to_expiry=90, risk_free_rate=3, premium=10.1), dict(kind="put", share_price=50, strike=40, days_to_expiry=90, risk_free_rate=3, premium=41)]


def refuse_quote(share_price, strike, days_to_expiry, premium):
    refuse_if(min(share_price, strike, days_to_expiry, premium) <= 0)


@oracle("implied_volatility", "QuantLib:blackFormulaImpliedStdDev, refined by scipy.optimize.brentq on BlackCalculator", quote, edges=bad_quotes + no_volatility, n=40)
def _(kind, share_price, strike, days_to_expiry, risk_free_rate, premium):
    refuse_quote(share_price, strike, days_to_expiry, premium)
    return {"implied_volatility": 100 * black(kind, share_price, strike, days_to_expiry, risk_free_rate).implied(premium)}


@oracle("option_greeks", "QuantLib:BlackCalculator at the implied volatility", quote, edges=bad_quotes + no_volatility, n=40, abs_=1e-7)
def _(kind, share_price, strike, days_to_expiry, risk_free_rate, premium):
    refuse_quote(share_price, strike, days_to_expiry, premium)
    model = black(kind, share_price, strike, days_to_expiry, risk_free_rate)
    greeks = model.at(model.implied(premium))
    return {"delta": greeks.delta(share_price), "gamma": greeks.gamma(share_price), "vega": greeks.vega(model.years) / 100, "theta": greeks.theta(share_price, model.years) / 365}


@oracle("option_time_value", "QuantLib:PlainVanillaPayoff", quote, edges=bad_quotes, abs_=1e-9)
def _(kind, share_price, strike, days_to_expiry, risk_free_rate, premium):
    refuse_quote(share_price, strike, days_to_expiry, premium)
    intrinsic = ql.PlainVanillaPayoff(ql.Option.Call if kind == "call" else ql.Option.Put, strike)(share_price)
    side = 1 if kind == "call" else -1
    return {"intrinsic_value": intrinsic, "time_value": premium - intrinsic, "break_even_price": F(strike) + side * F(premium)}


# Currencies and the price level

fx = log(0.5, 600)


@oracle("cross_exchange_rate", "triangular arbitrage in exact fractions", {"first_rate": fx, "second_rate": fx}, edges=[{"first_rate": 0}, {"second_rate": -1}, {"first_rate": 4, "second_rate": 4}])
def _(first_rate, second_rate):
    refuse_if(min(first_rate, second_rate) <= 0)
    return {"cross_rate": F(second_rate) / F(first_rate)}


@oracle("forward_exchange_rate", "QuantLib:InterestRate.compoundFactor (simple)", {"spot_rate": fx, "foreign_rate": num(0, 12), "euro_rate": num(-0.5, 6), "months": whole(1, 24)}, edges=[{"spot_rate": 0}, {"foreign_rate": 3, "euro_rate": 3}, {"spot_rate": -2}])
def _(spot_rate, foreign_rate, euro_rate, months):
    refuse_if(spot_rate <= 0)
    growth = lambda rate: ql.InterestRate(rate / 100, ql.Actual365Fixed(), ql.Simple, ql.Annual).compoundFactor(months / 12)
    return {"forward_rate": spot_rate * growth(foreign_rate) / growth(euro_rate)}


@oracle("foreign_currency_equivalent", "product in exact fractions", {"amount": num(-200, 900, 1), "exchange_rate": fx}, edges=[{"amount": 0}, {"exchange_rate": 0}], rel=1e-6)
def _(amount, exchange_rate):
    refuse_if(exchange_rate <= 0)
    return {"equivalent": F(amount) * F(exchange_rate)}


@oracle("currency_appreciation", "pandas:pct_change of the value of one unit", {"exchange_rates": many(fx, 2, 14)}, edges=[{"exchange_rates": x} for x in ([], [4], [4, 0], [4, -1, 4], [4, 4], [4, 5])])
def _(exchange_rates):
    import pandas

    refuse_if(len(exchange_rates) < 2 or min(exchange_rates) <= 0)
    value = 1 / pandas.Series(exchange_rates)
    return {"appreciation": 100 * value.pct_change(len(value) - 1).iloc[-1]}


@oracle("real_policy_rate", "Fisher 1930, in exact fractions", {"policy_rate": num(-1, 12), "inflation": num(-2, 12)}, edges=[{"policy_rate": 4, "inflation": 4}, {"inflation": 0}])
def _(policy_rate, inflation):
    return {"real_rate": (F(policy_rate) - F(inflation)) / (1 + F(inflation) / 100)}


@oracle("cumulative_inflation", "numpy:cumprod", {"inflation_rates": many(num(-2, 9, 1), 1, 12)}, edges=[{"inflation_rates": []}, {"inflation_rates": [0, 0]}, {"inflation_rates": [4, -100]}])
def _(inflation_rates):
    refuse_if(not inflation_rates or min(inflation_rates) <= -100)
    return {"cumulative_inflation": 100 * (numpy.cumprod(1 + numpy.array(inflation_rates) / 100)[-1] - 1)}


# Technical indicators


@oracle("exponential_moving_average", "pandas:Series.ewm(span, adjust=False)", {"prices": walk(2, 30), "span": whole(1, 12)}, edges=[{"prices": []}, {"prices": [5]}, {"prices": [5, -1]}, {"span": 1}])
def _(prices, span):
    import pandas

    refuse_prices(prices, 1)
    return {"exponential_moving_average": pandas.Series(prices).ewm(span=span, adjust=False).mean().iloc[-1]}


@oracle("relative_strength_index", "pandas:Series.ewm(alpha=1/window) begun with the mean of the first window (Wilder 1978)", lambda r: {"prices": (p := walk(6, 36)(r)), "window": r.randint(2, len(p) - 1)},
        edges=[{"prices": [5, 6], "window": 2}, {"prices": [5, 5, 5], "window": 2}, {"prices": [5, 6, 7], "window": 2}, {"prices": [7, 6, 5], "window": 2}, {"prices": [7, 0, 5], "window": 2}])
def _(prices, window):
    import pandas

    refuse_prices(prices, window + 1)
    moves = numpy.diff(prices)

    def smoothed(part):
        begun = numpy.concatenate([[part[:window].mean()], part[window:]])
        return pandas.Series(begun).ewm(alpha=1 / window, adjust=False).mean().iloc[-1]

    gain, loss = smoothed(moves.clip(min=0)), smoothed((-moves).clip(min=0))
    refuse_if(gain + loss == 0)
    return {"relative_strength_index": 100 - 100 / (1 + gain / loss) if loss else 100}


@oracle("bollinger_bands", "pandas:Series.rolling, mean and std(ddof=0)", lambda r: {"prices": (p := walk(6, 36)(r)), "window": r.randint(3, len(p))}, edges=[{"prices": [5, 6], "window": 3}, {"prices": [9, 5, 5, 5], "window": 3}, {"prices": [5, -6, 7], "window": 3}])
def _(prices, window):
    import pandas

    refuse_prices(prices, window)
    rolling = pandas.Series(prices).rolling(window)
    middle, width = rolling.mean().iloc[-1], 2 * numpy.std(prices[-window:])
    refuse_if(width == 0)
    return {"upper_band": middle + width, "lower_band": middle - width, "percent_b": (prices[-1] - middle + width) / (2 * width)}


def trading(r):
    prices = walk(3, 24)(r)
    return {"prices": prices, "volumes": [r.randint(100, 900_000) for _ in prices]}


bad_trading = [{"prices": [5, 6], "volumes": [1]}, {"prices": [], "volumes": []}, {"prices": [5, 6], "volumes": [1, -2]}, {"prices": [5, 0], "volumes": [1, 2]}]


@oracle("volume_weighted_price", "numpy:average with weights", trading, edges=bad_trading + [{"prices": [5, 6], "volumes": [0, 0]}, {"prices": [5, 6], "volumes": [0, 3]}])
def _(prices, volumes):
    refuse_prices(prices, 1)
    refuse_if(len(prices) != len(volumes) or min(volumes) < 0 or not any(volumes))
    return {"volume_weighted_price": numpy.average(prices, weights=volumes)}


@oracle("on_balance_volume", "numpy:sign of numpy.diff", trading, edges=bad_trading + [{"prices": [5, 6, 6, 5], "volumes": [1, 2, 3, 4]}], rel=0)
def _(prices, volumes):
    refuse_prices(prices, 2)
    refuse_if(len(prices) != len(volumes) or min(volumes) < 0)
    return {"on_balance_volume": (numpy.sign(numpy.diff(prices)) * volumes[1:]).sum()}


# Portfolios


def fund_months(r):
    drawn = returns(r)
    return {"fund_returns": drawn["share_returns"], "benchmark_returns": drawn["index_returns"]}


@oracle("benchmark_tracking", "pandas:std and mean of active returns, by Grinold and Kahn", fund_months, edges=[{"fund_returns": [1, 2], "benchmark_returns": [1, 2]}, {"fund_returns": [1, 2, 3], "benchmark_returns": [1, 2, 3]}, {"fund_returns": [1, 2, 3], "benchmark_returns": [1, 2]}])
def _(fund_returns, benchmark_returns):
    import pandas

    refuse_if(len(fund_returns) != len(benchmark_returns) or len(fund_returns) < 3)
    active = pandas.Series(fund_returns) - pandas.Series(benchmark_returns)
    refuse_if(active.std() == 0)
    return {"tracking_error": active.std() * math.sqrt(12), "information_ratio": active.mean() / active.std() * math.sqrt(12)}


@oracle("jensen_alpha", "scipy:stats.linregress on excess returns", lambda r: {**fund_months(r), "risk_free_rate": round(r.uniform(-0.5, 5), 2)}, edges=[{"fund_returns": [1, 2], "benchmark_returns": [1, 2]}, {"fund_returns": [1, 2, 3], "benchmark_returns": [2, 2, 2]}, {"fund_returns": [1, 2, 3], "benchmark_returns": [1, 2]}], abs_=1e-7)
def _(fund_returns, benchmark_returns, risk_free_rate):
    refuse_if(len(fund_returns) != len(benchmark_returns) or len(fund_returns) < 3 or len(set(benchmark_returns)) == 1)
    excess = lambda x: numpy.array(x) - risk_free_rate / 12
    line = scipy.stats.linregress(excess(benchmark_returns), excess(fund_returns))
    return {"alpha": 12 * line.intercept, "beta": line.slope}


@oracle("minimum_variance_mix", "numpy:linalg.solve of the covariance matrix against ones (Markowitz 1952)", returns, edges=[{"share_returns": [1, 2], "index_returns": [1, 2]}, {"share_returns": [1, 2, 3], "index_returns": [1, 2, 3]}, {"share_returns": [1, 2, 3], "index_returns": [1, 2]}])
def _(share_returns, index_returns):
    refuse_if(len(share_returns) != len(index_returns) or len(share_returns) < 3 or share_returns == index_returns)
    covariance = numpy.cov(share_returns, index_returns)
    weights = numpy.linalg.solve(covariance, [1, 1])
    weights /= weights.sum()
    return {"share_weight": 100 * weights[0], "volatility": math.sqrt(12 * weights @ covariance @ weights)}


@oracle("holding_concentration", "squared shares in exact fractions", {"weights": many(num(0, 30), 1, 15)}, edges=[{"weights": w} for w in ([], [0, 0], [5], [50, -1], [25, 25, 25, 25])])
def _(weights):
    refuse_if(min(weights, default=0) < 0 or not any(weights))
    total = sum(map(F, weights))
    index = sum((F(w) / total) ** 2 for w in weights)
    return {"herfindahl_index": index, "effective_positions": 1 / index}


# Amortisation, depreciation, appraisal


@oracle("loan_amortisation", "numpy-financial:ppmt, ipmt month by month", lambda r: {"principal": round(r.uniform(0.05, 90), 3), "annual_rate": round(r.uniform(0.1, 12), 2), "term": (t := r.randint(2, 30)), "years": r.randint(1, t)},
        edges=[{"annual_rate": 0}, {"principal": 0}, {"term": 3, "years": 4}, {"term": 3, "years": 3}, {"term": 2.5, "years": 2}, {"term": 2.5, "years": 3}], rel=1e-6, abs_=1e-7)
def _(principal, annual_rate, term, years):
    months, rate, due = round(12 * term), annual_rate / 1200, 12 * years
    refuse_if(principal <= 0 or due > months)
    if rate == 0:
        return {"balance": principal * (1 - due / months), "repaid": principal * due / months, "interest": 0}
    repaid = -numpy_financial.ppmt(rate, numpy.arange(1, due + 1), months, principal).sum()
    interest = -numpy_financial.ipmt(rate, numpy.arange(due - 11, due + 1), months, principal).sum()
    return {"balance": principal - repaid, "repaid": repaid, "interest": interest}


@oracle("sum_of_years_digits_charge", "remaining years over the sum of digits, in exact fractions", lambda r: {"cost": round(r.uniform(5, 200), 1), "residual_value": round(r.uniform(0, 4), 1), "useful_life": (n := r.randint(2, 20)), "year": r.randint(1, n)},
        edges=[{"residual_value": 500}, {"residual_value": -1}, {"useful_life": 5, "year": 6}, {"useful_life": 1, "year": 1}])
def _(cost, residual_value, useful_life, year):
    refuse_if(residual_value < 0 or residual_value > cost or year > useful_life)
    return {"charge": (F(cost) - F(residual_value)) * Fraction(list(range(useful_life, 0, -1))[year - 1], sum(range(1, useful_life + 1)))}


@oracle("double_declining_book_value", "year by year in exact fractions", {"cost": num(5, 200, 1), "residual_value": num(0, 4, 1), "useful_life": whole(2, 20), "years": whole(0, 15)},
        edges=[{"residual_value": 500}, {"residual_value": -1}, {"useful_life": 1}, {"useful_life": 2, "years": 1}, {"years": 0}])
def _(cost, residual_value, useful_life, years):
    refuse_if(residual_value < 0 or residual_value > cost or useful_life < 2)
    value = F(cost)
    for _ in range(years):
        value = max(value - value * Fraction(2, useful_life), F(residual_value))
    return {"book_value": value}


@oracle("modified_internal_rate_of_return", "numpy-financial:mirr", lambda r: {**flows(r), "financing_rate": round(r.uniform(1, 12), 2), "reinvestment_rate": round(r.uniform(0, 12), 2)}, edges=[{"cash_flows": c} for c in ([5, 5], [], [-5, -5], [-10, 12], [-10, 30, -20, 15])])
def _(cash_flows, financing_rate, reinvestment_rate):
    refuse_if(min(cash_flows, default=0) >= 0 or max(cash_flows) <= 0)
    return {"modified_internal_rate_of_return": 100 * numpy_financial.mirr(cash_flows, financing_rate / 100, reinvestment_rate / 100)}


@oracle("profitability_index", "numpy-financial:npv", lambda r: {**flows(r), "discount_rate": round(r.uniform(1, 20), 2)}, edges=[{"cash_flows": c} for c in ([5, 5], [], [0, 5], [-10], [-10, 12])])
def _(cash_flows, discount_rate):
    refuse_if(not cash_flows or cash_flows[0] >= 0)
    return {"profitability_index": numpy_financial.npv(discount_rate / 100, [0, *cash_flows[1:]]) / -cash_flows[0]}


@oracle("discounted_cash_flow_value", "many discounted years added up", {"free_cash_flow": num(-50, 400, 1), "growth": num(-5, 15), "years": whole(1, 12), "terminal_growth": num(-1, 3), "cost_of_capital": num(5, 14)},
        edges=[{"terminal_growth": 8, "cost_of_capital": 8}, {"terminal_growth": 9, "cost_of_capital": 8}, {"growth": 0, "terminal_growth": 0}, {"free_cash_flow": 0}])
def _(free_cash_flow, growth, years, terminal_growth, cost_of_capital):
    refuse_if(cost_of_capital <= terminal_growth)
    steps = numpy.where(numpy.arange(1, 40_001) <= years, 1 + growth / 100, 1 + terminal_growth / 100) / (1 + cost_of_capital / 100)
    return {"enterprise_value": free_cash_flow * math.fsum(numpy.cumprod(steps))}


# Scores over several years


def three_years(r):
    money = lambda low, high: [round(r.uniform(low, high), 1) for _ in range(3)]
    shares = [r.randint(1_000_000, 9_000_000)] * 3
    return {"net_income": money(-30, 60), "operating_cash_flow": money(-30, 80), "revenue": money(200, 900), "gross_profit": money(50, 200), "total_assets": money(300, 900), "total_debt": money(50, 250),
            "current_assets": money(80, 300), "current_liabilities": money(60, 200), "shares": shares if r.random() < 0.6 else [shares[0], shares[0], shares[0] + 1000]}


@oracle("piotroski_f_score", "Piotroski 2000, table 1, signal by signal in exact fractions", three_years, edges=[{"net_income": [1, 2]}, {"total_assets": [0, 5, 5]}, {"shares": [5, 5, 4]}, {"current_liabilities": [5, 0, 5]}], n=60, rel=0)
def _(**given):
    refuse_if(any(len(v) != 3 for v in given.values()))
    g = {k: [F(x) for x in v] for k, v in given.items()}
    refuse_if(min(g["total_assets"] + g["revenue"][1:] + g["current_liabilities"][1:]) <= 0)
    old, now = 1, 2
    roa = lambda y: g["net_income"][y] / g["total_assets"][y - 1]
    cfo = lambda y: g["operating_cash_flow"][y] / g["total_assets"][y - 1]
    lever = lambda y: g["total_debt"][y] / ((g["total_assets"][y] + g["total_assets"][y - 1]) / 2)
    liquid = lambda y: g["current_assets"][y] / g["current_liabilities"][y]
    margin = lambda y: g["gross_profit"][y] / g["revenue"][y]
    turn = lambda y: g["revenue"][y] / g["total_assets"][y - 1]
    signals = [roa(now) > 0, cfo(now) > 0, roa(now) > roa(old), cfo(now) > roa(now), lever(now) < lever(old), liquid(now) > liquid(old), g["shares"][now] <= g["shares"][old], margin(now) > margin(old), turn(now) > turn(old)]
    return {"f_score": sum(signals)}
