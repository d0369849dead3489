//! Parquet files.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::*;

/// A file with a group of rows for each list of `(id, text)`.
fn file(schema: &str, groups: &[&[(i64, &[u8])]], compression: Compression) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    for rows in groups {
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
        column.typed::<Int64Type>().write_batch(&ids, None, None).unwrap();
        column.close().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let texts: Vec<ByteArray> = rows.iter().map(|row| row.1.to_vec().into()).collect();
        column.typed::<ByteArrayType>().write_batch(&texts, Some(&vec![1; rows.len()]), None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

const SCHEMA: &str = "message m { required int64 ID; optional binary body (UTF8); }";

const ROWS: &[&[(i64, &[u8])]] = &[&[(7, b"one"), (8, b"")], &[(9, b"three \xe2\x80\x93 3")]];

#[test]
fn rows_are_articles() {
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(Default::default()),
        Compression::LZ4_RAW,
    ] {
        let (articles, problems) = read("a.parquet", file(SCHEMA, ROWS, compression));
        assert_eq!((ids(&articles), texts(&articles)), (vec!["7", "9"], vec!["one", "three – 3"]));
        only(&problems, Some(2), true, &["a.parquet, record 2", "empty"]);
    }
}

#[test]
fn columns_can_be_named_and_must_be_there() {
    let schema = "message m { required int64 nr; optional binary story; }";
    let (articles, problems) = read("a.parquet", file(schema, ROWS, Compression::SNAPPY));
    assert_eq!(articles, []);
    only(&problems, None, true, &["nr, story", "--text-column"]);
    let bytes = file(schema, &[&[(1, b"caf\xe9")]], Compression::SNAPPY);
    let (articles, problems) = read_with("a.parquet", &bytes, named_columns(None, Some("story")));
    assert_eq!((ids(&articles), texts(&articles)), (vec!["a#1"], vec!["café"]));
    only(&problems, Some(1), false, &["Windows-1252"]);
    let (articles, problems) = read_with("a.parquet", &bytes, named_columns(Some("story"), Some("nr")));
    assert_eq!(articles, []);
    only(&problems, None, true, &["`nr` holds no text"]);
}

#[test]
fn one_column_may_be_id_and_address() {
    let schema = "message m { required int64 url; optional binary body; }";
    let (articles, problems) = read("a.parquet", file(schema, &[&[(7, b"one")]], Compression::SNAPPY));
    assert_eq!((ids(&articles), problems), (vec!["7"], vec![]));
    assert_eq!(articles[0].url.as_deref(), Some("7"));
}

#[test]
fn damage_costs_a_group_of_rows() {
    let bytes =
        file(SCHEMA, &[&[(1, b"first of them")], &[(2, b"second of them")]], Compression::UNCOMPRESSED);
    for (name, bytes) in [
        ("a.parquet", &bytes[..bytes.len() - 5]),
        ("a.parquet", &bytes[..20]),
        ("a.parquet", b""),
        ("a.parquet", b"x"),
    ] {
        only(&read(name, bytes).1, None, true, &["no Parquet file"]);
    }
    // The length in front of the text, which then reaches beyond its page.
    let at = bytes.windows(13).position(|window| window == b"first of them").unwrap() - 4;
    let mut broken = bytes.clone();
    broken[at] = 0xff;
    let (articles, problems) = read("a.parquet", broken);
    assert_eq!(ids(&articles), ["2"]);
    only(&problems, Some(1), true, &["record 1", "rows from here to 1 are damaged"]);
    only(&read("a.parquet", file(SCHEMA, &[], Compression::SNAPPY)).1, None, true, &["not one row"]);
}
