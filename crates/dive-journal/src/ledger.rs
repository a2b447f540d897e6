//! Money: set aside before it is spent, settled when the bill is known.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::JournalError;
use crate::writer::{Op, Writer};

/// An amount of whatever currency prices are in, in billionths: prices are per million tokens, and sums of a million
/// calls must not drift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(u64);

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(0);

    /// That many billionths.
    pub fn nanos(nanos: u64) -> Money {
        // SQLite's integers are signed.
        Money(nanos.min(i64::MAX as u64))
    }

    /// That many units, rounded up to a billionth; nothing when negative or not a number.
    pub fn units(units: f64) -> Money {
        Money::nanos((units * 1e9).ceil().max(0.0) as u64)
    }

    /// The price of `count` things at `price` units a million, rounded up.
    pub fn per_million(price: f64, count: u64) -> Money {
        Money::nanos((price * 1e3 * count as f64).ceil().max(0.0) as u64)
    }

    /// In billionths.
    pub fn as_nanos(self) -> u64 {
        self.0
    }

    /// In units.
    pub fn as_units(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Money) -> Money {
        Money::nanos(self.0.saturating_add(other.0))
    }

    fn less(self, other: Money) -> Money {
        Money(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Cents where they say enough, else all digits that count.
        let text = format!("{}.{:09}", self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        let cut = text.trim_end_matches('0').len().max(text.len() - 7);
        f.write_str(text.get(..cut).unwrap_or(&text))
    }
}

/// What was spent under one name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Reservations made.
    pub calls: u64,
    /// What settled reservations cost.
    pub settled: Money,
    /// What is set aside and not settled: under way, or lost in a kill.
    pub open: Money,
    /// How many those are.
    pub unsettled: u64,
}

impl Account {
    /// What counts against the cap.
    pub fn spent(&self) -> Money {
        self.settled.plus(self.open)
    }
}

/// The cost of a run.
///
/// A reservation is durable before the caller may send anything, and counts in full until it is settled. After a kill,
/// what was not settled counts as spent for good: the provider may have billed it.
#[derive(Clone)]
pub struct Ledger {
    writer: Arc<Writer>,
    books: Arc<Mutex<Books>>,
}

#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) next: i64,
    cap: Option<Money>,
}

impl Books {
    fn total(&self) -> Money {
        self.accounts.values().fold(Money::ZERO, |sum, a| sum.plus(a.spent()))
    }
}

impl Ledger {
    pub(crate) fn new(writer: Arc<Writer>, books: Books) -> Ledger {
        Ledger { writer, books: Arc::new(Mutex::new(books)) }
    }

    /// Sets the most that may be spent and set aside together; none is no limit. A cap is no part of the file: a run
    /// that met it is continued with a higher one.
    pub fn set_cap(&self, cap: Option<Money>) {
        self.books().cap = cap;
    }

    /// Everything spent or set aside.
    pub fn spent(&self) -> Money {
        self.books().total()
    }

    /// The accounts by name.
    pub fn accounts(&self) -> BTreeMap<String, Account> {
        self.books().accounts.clone()
    }

    /// Sets the worst case aside, durably.
    ///
    /// # Errors
    /// It does not fit under the cap, or it cannot be stored; then nothing is set aside.
    pub async fn reserve(&self, account: &str, worst: Money) -> Result<Reservation, JournalError> {
        let reservation = self.claim(account, worst)?;
        let stored = self.writer.send(reservation.op()).await;
        reservation.confirmed(stored)
    }

    /// [`reserve`](Self::reserve) for a plain thread.
    ///
    /// # Errors
    /// As [`reserve`](Self::reserve).
    pub fn reserve_blocking(&self, account: &str, worst: Money) -> Result<Reservation, JournalError> {
        let reservation = self.claim(account, worst)?;
        let stored = self.writer.send_blocking(reservation.op());
        reservation.confirmed(stored)
    }

    fn claim(&self, account: &str, worst: Money) -> Result<Reservation, JournalError> {
        let mut books = self.books();
        let spent = books.total();
        if let Some(cap) = books.cap.filter(|cap| spent.plus(worst) > *cap) {
            return Err(JournalError::OverCap { wanted: worst, spent, cap });
        }
        books.next += 1;
        let id = books.next;
        let entry = books.accounts.entry(account.into()).or_default();
        entry.calls += 1;
        entry.unsettled += 1;
        entry.open = entry.open.plus(worst);
        drop(books);
        Ok(Reservation { ledger: self.clone(), id, account: account.into(), worst })
    }

    /// Takes a reservation that was never stored out of the books again.
    fn forget(&self, account: &str, worst: Money) {
        if let Some(entry) = self.books().accounts.get_mut(account) {
            entry.calls = entry.calls.saturating_sub(1);
            entry.unsettled = entry.unsettled.saturating_sub(1);
            entry.open = entry.open.less(worst);
        }
    }

    fn close(&self, account: &str, worst: Money, actual: Money) {
        if let Some(entry) = self.books().accounts.get_mut(account) {
            entry.unsettled = entry.unsettled.saturating_sub(1);
            entry.open = entry.open.less(worst);
            entry.settled = entry.settled.plus(actual);
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Money set aside for one request. Dropped without being settled, it counts as spent.
#[must_use = "a reservation that is not settled counts as spent"]
pub struct Reservation {
    ledger: Ledger,
    id: i64,
    account: String,
    worst: Money,
}

impl Reservation {
    /// What was set aside.
    pub fn worst(&self) -> Money {
        self.worst
    }

    /// The bill, to be stored in one transaction with the answer it paid for: see [`Record`](crate::Record).
    pub fn bill(self, actual: Money) -> Settlement {
        Settlement { reservation: self, actual }
    }

    /// Settles now: after a refusal that cost nothing, for example.
    ///
    /// # Errors
    /// It cannot be stored; the reservation then still counts in full.
    pub async fn settle(self, actual: Money) -> Result<(), JournalError> {
        let ledger = self.ledger.clone();
        let settlement = self.bill(actual);
        ledger.writer.send(Op::Settle(settlement.row())).await?;
        settlement.done();
        Ok(())
    }

    /// [`settle`](Self::settle) for a plain thread.
    ///
    /// # Errors
    /// As [`settle`](Self::settle).
    pub fn settle_blocking(self, actual: Money) -> Result<(), JournalError> {
        let ledger = self.ledger.clone();
        let settlement = self.bill(actual);
        ledger.writer.send_blocking(Op::Settle(settlement.row()))?;
        settlement.done();
        Ok(())
    }

    fn op(&self) -> Op {
        Op::Reserve { id: self.id, account: self.account.clone(), worst: self.worst }
    }

    fn confirmed(self, stored: Result<(), JournalError>) -> Result<Reservation, JournalError> {
        match stored {
            Ok(()) => Ok(self),
            Err(error) => {
                self.ledger.forget(&self.account, self.worst);
                Err(error)
            }
        }
    }
}

/// What a reserved request cost in the end.
#[must_use = "it has no effect until its record is stored"]
pub struct Settlement {
    reservation: Reservation,
    actual: Money,
}

impl Settlement {
    pub(crate) fn row(&self) -> (i64, Money) {
        (self.reservation.id, self.actual)
    }

    /// Brings the books up to date with what has been stored.
    pub(crate) fn done(self) {
        let r = self.reservation;
        r.ledger.close(&r.account, r.worst, self.actual);
    }
}

impl fmt::Debug for Settlement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} for {}", self.actual, self.reservation.worst, self.reservation.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_and_readable() {
        assert_eq!(Money::units(1.5).to_string(), "1.50");
        assert_eq!(Money::per_million(3.0, 1).to_string(), "0.000003");
        assert_eq!(Money::per_million(0.15, 1_000_000), Money::units(0.15));
        assert_eq!(Money::units(-1.0), Money::ZERO);
        assert_eq!(Money::units(f64::NAN), Money::ZERO);
        assert_eq!(Money::nanos(u64::MAX).plus(Money::nanos(1)), Money::nanos(u64::MAX));
    }
}
