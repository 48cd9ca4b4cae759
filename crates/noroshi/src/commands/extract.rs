//! `noroshi extract`: the observables of a text. Needs no data.

mod blocks;

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use noroshi_indicator::extract::{Confidence, Found, derived, extract};
use noroshi_indicator::{Kind, Observable};
use serde::Serialize;

use crate::print::{Out, safe};
use blocks::Blocks;

/// Arguments of `noroshi extract`.
#[derive(Debug, Args)]
pub(crate) struct ExtractArgs {
    /// A text; - is standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Each observable once, where it first stands.
    #[arg(long)]
    unique: bool,
    /// Also the hosts of URLs and the domains of e-mail addresses.
    #[arg(long)]
    derived: bool,
}

/// How to print what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One defanged value a line.
    Text,
    /// One JSON object a line.
    Json,
    /// With a header.
    Csv,
}

/// One observable as JSON and CSV. `start` and `end` are byte offsets in the whole text.
#[derive(Serialize)]
struct Row<'a> {
    kind: Kind,
    value: &'a str,
    text: &'a str,
    start: u64,
    end: u64,
    confidence: Confidence,
    /// Of what was derived: the kind it was taken from.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Kind>,
}

/// Reads the text in blocks and prints what is in it as it goes.
pub(crate) fn run(args: &ExtractArgs) -> anyhow::Result<()> {
    let name = args.file.display().to_string();
    let input: Box<dyn Read> = if name == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(&args.file).with_context(|| name.clone())?)
    };
    let mut printer = Printer::start(args)?;
    let mut blocks = Blocks::new(input);
    while let Some(block) = blocks.next().with_context(|| name.clone())? {
        printer.print_all(block.text, block.start)?;
    }
    Ok(printer.out.finish()?)
}

struct Printer {
    out: Out,
    format: Format,
    derived: bool,
    /// What was printed, if each is to be printed once.
    seen: Option<HashSet<Observable>>,
}

impl Printer {
    fn start(args: &ExtractArgs) -> io::Result<Printer> {
        let mut out = Out::new();
        let format = if args.json { Format::Json } else { args.format };
        if format == Format::Csv {
            out.line(format!(
                "kind,value,text,start,end,confidence{}",
                if args.derived { ",from" } else { "" }
            ))?;
        }
        Ok(Printer {
            out,
            format,
            derived: args.derived,
            seen: args.unique.then(HashSet::new),
        })
    }

    fn print_all(&mut self, text: &str, offset: u64) -> anyhow::Result<()> {
        let found = extract(text);
        for one in &found {
            self.print(one, offset)?;
            if self.derived {
                for derived in derived(std::slice::from_ref(one)) {
                    self.print(&derived, offset)?;
                }
            }
        }
        Ok(())
    }

    fn print(&mut self, found: &Found, offset: u64) -> anyhow::Result<()> {
        if let Some(seen) = &mut self.seen
            && !seen.insert(found.observable.clone())
        {
            return Ok(());
        }
        let row = Row {
            kind: found.observable.kind(),
            value: found.observable.value(),
            text: found.text,
            start: offset + found.start as u64,
            end: offset + found.end as u64,
            confidence: found.confidence,
            from: found.from,
        };
        match self.format {
            Format::Text => self.out.line(safe(&found.observable.defanged()))?,
            Format::Json => self.out.json(&row)?,
            Format::Csv => self.csv(&row)?,
        }
        Ok(())
    }

    fn csv(&mut self, row: &Row) -> anyhow::Result<()> {
        let (start, end) = (row.start.to_string(), row.end.to_string());
        let mut fields = vec![
            row.kind.name(),
            row.value,
            row.text,
            &start,
            &end,
            row.confidence.name(),
        ];
        if self.derived {
            fields.push(row.from.map(Kind::name).unwrap_or_default());
        }
        let mut line = csv::Writer::from_writer(&mut self.out);
        Ok(line.write_record(&fields)?)
    }
}
