//! Labels: what spans are labelled with, the same for everybody here.

use noroshi_indicator::Kind;

use crate::error::{Error, Result};
use crate::sql::{Conn, Row, Tx, params};
use crate::{Reader, Store, audit, now};

/// Colours are numbers from 1 to this.
pub const COLOURS: u8 = 10;
/// Keys are numbers from 1 to this.
pub const KEYS: u8 = 9;
/// The longest name, in characters.
const LONGEST: usize = 64;
/// The most labels.
const MOST: i64 = 200;

/// A label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its number.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// 1 to [`COLOURS`].
    pub colour: u8,
    /// 1 to [`KEYS`], or none; one label a key.
    pub key: Option<u8>,
    /// What is found in a text of these kinds is proposed with this label.
    pub kinds: Vec<Kind>,
}

/// A label to make, or as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLabel {
    /// 1 to 64 characters without white space at the ends and control characters.
    pub name: String,
    /// 1 to [`COLOURS`].
    pub colour: u8,
    /// 1 to [`KEYS`], or none.
    pub key: Option<u8>,
    /// What to propose it for.
    pub kinds: Vec<Kind>,
}

pub(super) fn all(conn: &Conn) -> Result<Vec<Label>> {
    let sql = "SELECT id, name, colour, hotkey, kinds FROM annotation_label ORDER BY id";
    conn.query(sql, params![], from_row)
}

fn from_row(row: &Row) -> Result<Label> {
    let small = |value: i64| u8::try_from(value).map_err(|_| corrupt(value));
    Ok(Label {
        id: row.int(0)?,
        name: row.text(1)?,
        colour: small(row.int(2)?)?,
        key: row.opt_int(3)?.map(small).transpose()?,
        kinds: row
            .text(4)?
            .split(' ')
            .filter_map(|kind| kind.parse().ok())
            .collect(),
    })
}

fn corrupt(value: i64) -> Error {
    Error::Corrupt(format!("colour or key {value}"))
}

fn by_id(conn: &Conn, id: i64) -> Result<Label> {
    let found = all(conn)?.into_iter().find(|label| label.id == id);
    found.ok_or_else(|| Error::not_found("label", id.to_string()))
}

fn check(new: &NewLabel) -> Result<()> {
    let length = new.name.chars().count();
    let name_fits = (1..=LONGEST).contains(&length)
        && new.name.trim() == new.name
        && !new.name.contains(char::is_control);
    if !name_fits {
        return Err(Error::Invalid(format!(
            "a label's name has 1 to {LONGEST} characters, and no control characters"
        )));
    }
    if !(1..=COLOURS).contains(&new.colour) {
        return Err(Error::Invalid(format!(
            "a colour is a number from 1 to {COLOURS}"
        )));
    }
    if new.key.is_some_and(|key| !(1..=KEYS).contains(&key)) {
        return Err(Error::Invalid(format!(
            "a key is a number from 1 to {KEYS}"
        )));
    }
    Ok(())
}

/// What is taken is told by name.
fn check_free(tx: &Tx, new: &NewLabel, except: i64) -> Result<()> {
    for label in all(tx)?.iter().filter(|label| label.id != except) {
        if label.name == new.name {
            let text = format!("there is a label {} already", new.name);
            return Err(Error::Conflict(text));
        }
        if let Some(key) = new.key.filter(|_| label.key == new.key) {
            let text = format!("the key {key} is that of {}", label.name);
            return Err(Error::Conflict(text));
        }
    }
    Ok(())
}

fn kinds(new: &NewLabel) -> String {
    let names: Vec<&str> = new.kinds.iter().map(|kind| kind.name()).collect();
    names.join(" ")
}

impl Store {
    /// All labels, in the order in which they were made.
    pub async fn labels(&self) -> Result<Vec<Label>> {
        self.read(all).await
    }

    /// Makes a label; [`Error::Conflict`] if its name or key is taken.
    pub async fn add_label(&self, who: &Reader, new: NewLabel) -> Result<Label> {
        check(&new)?;
        let who = who.clone();
        self.write(move |tx| {
            check_free(tx, &new, 0)?;
            let count = "SELECT count(*) FROM annotation_label";
            if tx.query_one(count, params![], |row| row.int(0))? >= MOST {
                return Err(Error::Conflict(format!("there are at most {MOST} labels")));
            }
            let sql = "INSERT INTO annotation_label (name, colour, hotkey, kinds, created)
                VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id";
            let (colour, key) = (i64::from(new.colour), new.key.map(i64::from));
            let kinds = kinds(&new);
            let row = params![&new.name, colour, key, &kinds, now()];
            let id = tx.query_one(sql, row, |row| row.int(0))?;
            audit::note(tx, &who, "label.add", &new.name, None)?;
            by_id(tx, id)
        })
        .await
    }

    /// Gives a label another name, colour, key or kinds; what was labelled with it follows.
    pub async fn change_label(&self, who: &Reader, id: i64, new: NewLabel) -> Result<Label> {
        check(&new)?;
        let who = who.clone();
        self.write(move |tx| {
            let former = by_id(tx, id)?;
            check_free(tx, &new, id)?;
            let sql = "UPDATE annotation_label SET name = ?2, colour = ?3, hotkey = ?4, kinds = ?5
                WHERE id = ?1";
            let (colour, key) = (i64::from(new.colour), new.key.map(i64::from));
            let kinds = kinds(&new);
            tx.execute(sql, params![id, &new.name, colour, key, &kinds])?;
            audit::note(tx, &who, "label.change", &former.name, Some(&new.name))?;
            by_id(tx, id)
        })
        .await
    }

    /// Deletes a label that nothing is labelled with.
    pub async fn delete_label(&self, who: &Reader, id: i64) -> Result<()> {
        let who = who.clone();
        self.write(move |tx| {
            let label = by_id(tx, id)?;
            let sql = "SELECT 1 FROM annotation_span WHERE label = ?1 LIMIT 1";
            if tx.query_opt(sql, params![id], |_| Ok(()))?.is_some() {
                let text = format!("texts are labelled with {}: rename it instead", label.name);
                return Err(Error::Conflict(text));
            }
            tx.execute("DELETE FROM annotation_label WHERE id = ?1", params![id])?;
            audit::note(tx, &who, "label.delete", &label.name, None)
        })
        .await
    }
}
