//! The tables as Parquet, typed: numbers, truth values, lists. A date stands as it is known (`2017-07`), and beside it
//! its first day as a date.

use std::fs;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use tempfile::NamedTempFile;

use crate::error::Result;
use crate::export::Exported;
use crate::export::filter::{Filter, Selection};
use crate::export::result::ResultFolder;
use crate::export::tables::{
    ARTICLES, COOCCURRENCES, Column, DUPLICATES, ENTITIES, Kind, MENTIONS, RELATIONS, TRIPLES, Value, days,
};
use crate::output::{Whole, temporary, unwritable};

/// Rows that are written together.
const GROUP: usize = 1 << 16;

pub(super) fn write(result: &ResultFolder, filter: &Filter, out: &Path) -> Result<Exported> {
    fs::create_dir_all(out).map_err(|e| unwritable(out, e))?;
    let selection = Selection::new(result, filter, |_| {})?;
    let tables = [
        table(out, "articles", &ARTICLES, result.articles()?, |it| selection.has_article(&it.article))?,
        table(out, "mentions", &MENTIONS, result.mentions()?, |it| {
            selection.has_article(&it.article) && selection.has_entity(&it.entity_id)
        })?,
        table(out, "entities", &ENTITIES, result.entities()?, |it| selection.has_entity(&it.entity_id))?,
        table(out, "relations", &RELATIONS, result.relations()?, |it| {
            selection.left_out == 0 || selection.triples.contains_key(&result.key_of(it))
        })?,
        table(out, "triples", &TRIPLES, result.triples()?, |it| filter.takes(it))?,
        table(out, "cooccurrences", &COOCCURRENCES, result.cooccurrences()?, |it| {
            selection.has_pair(it, filter)
        })?,
        table(out, "duplicates", &DUPLICATES, result.duplicates()?.into_iter().flatten(), |it| {
            selection.has_article(&it.article) || selection.has_article(&it.duplicate_of)
        })?,
    ];
    let mut exported = Exported::default();
    for (name, rows, file) in tables {
        exported.counts.push((name, rows));
        exported.files.push(file.name()?);
    }
    Ok(exported)
}

/// Writes the rows that pass as `name.parquet`.
fn table<R>(
    folder: &Path,
    name: &'static str,
    columns: &[Column<R>],
    rows: impl Iterator<Item = Result<R>>,
    passes: impl Fn(&R) -> bool,
) -> Result<(&'static str, u64, Whole)> {
    let path = folder.join(format!("{name}.parquet"));
    let failed = |error: ParquetError| unwritable(&path, std::io::Error::other(error));
    let file = BufWriter::with_capacity(1 << 18, temporary(&path)?);
    let properties = ZstdLevel::try_new(3)
        .map(|level| WriterProperties::builder().set_compression(Compression::ZSTD(level)).build());
    let schema = schema(columns).map_err(failed)?;
    let mut writer = properties
        .and_then(|properties| SerializedFileWriter::new(file, schema, Arc::new(properties)))
        .map_err(failed)?;
    let mut waiting: Vec<Values> = columns.iter().flat_map(|column| Values::of(column.kind)).collect();
    let (mut count, mut in_group) = (0, 0);
    for row in rows {
        let row = row?;
        if !passes(&row) {
            continue;
        }
        let mut values = waiting.iter_mut();
        for column in columns {
            add(&mut values, column.kind, (column.value)(&row));
        }
        (count, in_group) = (count + 1, in_group + 1);
        if in_group == GROUP {
            write_group(&mut writer, &mut waiting).map_err(failed)?;
            in_group = 0;
        }
    }
    if in_group > 0 {
        write_group(&mut writer, &mut waiting).map_err(failed)?;
    }
    let file = writer.into_inner().map_err(failed)?;
    let file = file.into_inner().map_err(|e| unwritable(&path, e.into_error()))?;
    Ok((name, count, Whole::new(path, file)?))
}

/// The values of a column that are not written yet.
enum Values {
    Text(Vec<ByteArray>),
    /// With a level for each row: 1 where there is a value.
    Known(Vec<ByteArray>, Vec<i16>),
    Day(Vec<i32>, Vec<i16>),
    Count(Vec<i64>),
    Number(Vec<f64>),
    Truth(Vec<bool>),
    /// With definition levels (0: the list is empty) and repetition levels (1: the list goes on).
    List(Vec<ByteArray>, Vec<i16>, Vec<i16>),
}

impl Values {
    /// None yet; of a date there are two columns, the second with its first day.
    fn of(kind: Kind) -> Vec<Self> {
        match kind {
            Kind::Text => vec![Values::Text(Vec::new())],
            Kind::Known => vec![Values::Known(Vec::new(), Vec::new())],
            Kind::Date => {
                vec![Values::Known(Vec::new(), Vec::new()), Values::Day(Vec::new(), Vec::new())]
            }
            Kind::Count => vec![Values::Count(Vec::new())],
            Kind::Number => vec![Values::Number(Vec::new())],
            Kind::Truth => vec![Values::Truth(Vec::new())],
            Kind::List => vec![Values::List(Vec::new(), Vec::new(), Vec::new())],
        }
    }

    fn push(&mut self, value: Value<'_>) {
        match (self, value) {
            (Values::Text(values), Value::Text(text)) => values.push(text.into()),
            (Values::Known(values, levels), Value::Text(text)) => {
                levels.push(i16::from(!text.is_empty()));
                values.extend((!text.is_empty()).then(|| ByteArray::from(text)));
            }
            (Values::Day(values, levels), Value::Date(date)) => {
                levels.push(i16::from(date.is_some()));
                values.extend(date.map(days));
            }
            (Values::Count(values), Value::Count(count)) => {
                values.push(i64::try_from(count).unwrap_or(i64::MAX));
            }
            (Values::Number(values), Value::Number(number)) => values.push(number),
            (Values::Truth(values), Value::Truth(truth)) => values.push(truth),
            (Values::List(values, defined, repeated), Value::List(members)) => {
                if members.is_empty() {
                    defined.push(0);
                    repeated.push(0);
                }
                for (place, member) in members.iter().enumerate() {
                    values.push(member.as_str().into());
                    defined.push(1);
                    repeated.push(i16::from(place > 0));
                }
            }
            _ => unreachable!("a column has values of its kind"),
        }
    }
}

/// Adds what stands in a cell to the next column, or the next two.
fn add<'v>(values: &mut impl Iterator<Item = &'v mut Values>, kind: Kind, value: Value<'_>) {
    let mut push = |value: Value<'_>| values.next().into_iter().for_each(|column| column.push(value));
    match (kind, value) {
        (Kind::Date, Value::Date(date)) => {
            push(Value::Text(&date.map(|it| it.to_string()).unwrap_or_default()));
            push(value);
        }
        _ => push(value),
    }
}

fn write_group(
    writer: &mut SerializedFileWriter<BufWriter<NamedTempFile>>,
    waiting: &mut [Values],
) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for column in waiting {
        let Some(mut to) = group.next_column()? else { break };
        match column {
            Values::Text(values) => {
                to.typed::<ByteArrayType>().write_batch(values, None, None)?;
                values.clear();
            }
            Values::Known(values, levels) => {
                to.typed::<ByteArrayType>().write_batch(values, Some(levels), None)?;
                values.clear();
                levels.clear();
            }
            Values::Day(values, levels) => {
                to.typed::<Int32Type>().write_batch(values, Some(levels), None)?;
                values.clear();
                levels.clear();
            }
            Values::Count(values) => {
                to.typed::<Int64Type>().write_batch(values, None, None)?;
                values.clear();
            }
            Values::Number(values) => {
                to.typed::<DoubleType>().write_batch(values, None, None)?;
                values.clear();
            }
            Values::Truth(values) => {
                to.typed::<BoolType>().write_batch(values, None, None)?;
                values.clear();
            }
            Values::List(values, defined, repeated) => {
                to.typed::<ByteArrayType>().write_batch(values, Some(defined), Some(repeated))?;
                values.clear();
                defined.clear();
                repeated.clear();
            }
        }
        to.close()?;
    }
    group.close()?;
    Ok(())
}

fn schema<R>(columns: &[Column<R>]) -> Result<TypePtr, ParquetError> {
    let primitive = |name: &str, of: Physical, repetition, logical| {
        let field = Type::primitive_type_builder(name, of).with_repetition(repetition);
        field.with_logical_type(logical).build().map(Arc::new)
    };
    let mut fields = Vec::new();
    for Column { name, kind, .. } in columns {
        let text = Some(LogicalType::String);
        fields.push(match kind {
            Kind::Text => primitive(name, Physical::BYTE_ARRAY, Repetition::REQUIRED, text)?,
            Kind::Known | Kind::Date => primitive(name, Physical::BYTE_ARRAY, Repetition::OPTIONAL, text)?,
            Kind::Count => primitive(name, Physical::INT64, Repetition::REQUIRED, None)?,
            Kind::Number => primitive(name, Physical::DOUBLE, Repetition::REQUIRED, None)?,
            Kind::Truth => primitive(name, Physical::BOOLEAN, Repetition::REQUIRED, None)?,
            Kind::List => {
                let element = primitive("element", Physical::BYTE_ARRAY, Repetition::REQUIRED, text)?;
                let list = Type::group_type_builder("list")
                    .with_repetition(Repetition::REPEATED)
                    .with_fields(vec![element])
                    .build()?;
                let list = Type::group_type_builder(name)
                    .with_repetition(Repetition::REQUIRED)
                    .with_logical_type(Some(LogicalType::List))
                    .with_converted_type(ConvertedType::LIST)
                    .with_fields(vec![Arc::new(list)])
                    .build()?;
                Arc::new(list)
            }
        });
        if *kind == Kind::Date {
            let name = Kind::day_of(name);
            fields.push(primitive(&name, Physical::INT32, Repetition::OPTIONAL, Some(LogicalType::Date))?);
        }
    }
    Type::group_type_builder("schema").with_fields(fields).build().map(Arc::new)
}
