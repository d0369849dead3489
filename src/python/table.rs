//! Tables in memory in the format of Apache Arrow, exported by its C interface without a copy.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, ListBuilder, StringBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchIterator};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDate, PyDict, PyList};
use triplewire::Result;
use triplewire::export::tables::{Column, Kind, Value, days};

/// Limit of rows and bytes of text in a chunk. Offsets have 32 bits.
const ROWS: usize = 1 << 16;
const BYTES: usize = 1 << 28;

/// 1 January 1970 as an ordinal of Python.
const FIRST_OF_1970: i32 = 719_163;

/// A table in chunks.
#[pyclass(frozen, module = "triplewire._triplewire")]
pub(crate) struct Table {
    schema: SchemaRef,
    pieces: Vec<RecordBatch>,
}

impl Table {
    /// Reads all rows.
    ///
    /// # Errors
    /// If a row cannot be read.
    pub(crate) fn read<R>(columns: &[Column<R>], rows: impl Iterator<Item = Result<R>>) -> Result<Self> {
        let fields = columns.iter().flat_map(|column| fields(column.name, column.kind));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let mut table = Table { schema, pieces: Vec::new() };
        let mut cells: Vec<Cells> = columns.iter().map(|column| Cells::of(column.kind)).collect();
        let (mut count, mut bytes) = (0, 0);
        for row in rows {
            let row = row?;
            for (column, cells) in columns.iter().zip(&mut cells) {
                bytes += cells.push((column.value)(&row));
            }
            count += 1;
            if count == ROWS || bytes >= BYTES {
                table.close(&mut cells);
                (count, bytes) = (0, 0);
            }
        }
        table.close(&mut cells);
        Ok(table)
    }

    /// Ends the chunk.
    fn close(&mut self, cells: &mut [Cells]) {
        let columns = cells.iter_mut().flat_map(Cells::take).collect();
        let piece = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        self.pieces.push(piece.expect("columns have the types of their fields and one length"));
    }
}

#[pymethods]
impl Table {
    #[getter]
    fn num_rows(&self) -> usize {
        self.pieces.iter().map(RecordBatch::num_rows).sum()
    }

    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// The first rows as dicts; without a number, all.
    #[pyo3(signature = (most=None))]
    fn rows<'py>(&self, py: Python<'py>, most: Option<usize>) -> PyResult<Bound<'py, PyList>> {
        let rows = PyList::empty(py);
        let mut left = most.unwrap_or(usize::MAX);
        for piece in &self.pieces {
            for row in 0..piece.num_rows().min(left) {
                let cells = PyDict::new(py);
                for (field, column) in self.schema.fields().iter().zip(piece.columns()) {
                    cells.set_item(field.name(), cell(py, column, row)?)?;
                }
                rows.append(cells)?;
            }
            left = left.saturating_sub(piece.num_rows());
        }
        Ok(rows)
    }

    /// Its schema, by the Arrow PyCapsule interface.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref());
        let schema = schema.map_err(|error| PyValueError::new_err(error.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// Its chunks, by the same interface. A requested schema is ignored, as the interface allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let pieces = self.pieces.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(pieces, Arc::clone(&self.schema));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }
}

/// The fields of a column; a date has two, of which the second is its first day.
fn fields(name: &str, kind: Kind) -> Vec<Field> {
    let (of, nullable) = match kind {
        Kind::Text => (DataType::Utf8, false),
        Kind::Known | Kind::Date => (DataType::Utf8, true),
        Kind::Count => (DataType::Int64, false),
        Kind::Number => (DataType::Float64, false),
        Kind::Truth => (DataType::Boolean, false),
        Kind::List => (DataType::List(member()), false),
    };
    let mut fields = vec![Field::new(name, of, nullable)];
    if kind == Kind::Date {
        fields.push(Field::new(Kind::day_of(name), DataType::Date32, true));
    }
    fields
}

/// The field of a list's items.
fn member() -> Arc<Field> {
    Arc::new(Field::new("element", DataType::Utf8, false))
}

/// The cells of a column in the current chunk.
enum Cells {
    Text(StringBuilder),
    Known(StringBuilder),
    Date(StringBuilder, Date32Builder),
    Count(Int64Builder),
    Number(Float64Builder),
    Truth(BooleanBuilder),
    List(ListBuilder<StringBuilder>),
}

impl Cells {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Cells::Text(StringBuilder::new()),
            Kind::Known => Cells::Known(StringBuilder::new()),
            Kind::Date => Cells::Date(StringBuilder::new(), Date32Builder::new()),
            Kind::Count => Cells::Count(Int64Builder::new()),
            Kind::Number => Cells::Number(Float64Builder::new()),
            Kind::Truth => Cells::Truth(BooleanBuilder::new()),
            Kind::List => Cells::List(ListBuilder::new(StringBuilder::new()).with_field(member())),
        }
    }

    /// Adds a cell. Returns the bytes of its text.
    fn push(&mut self, value: Value<'_>) -> usize {
        match (self, value) {
            (Cells::Text(cells), Value::Text(text)) => {
                cells.append_value(text);
                text.len()
            }
            (Cells::Known(cells), Value::Text(text)) => {
                cells.append_option(Some(text).filter(|text| !text.is_empty()));
                text.len()
            }
            (Cells::Date(texts, firsts), Value::Date(date)) => {
                texts.append_option(date.map(|date| date.to_string()));
                firsts.append_option(date.map(days));
                0
            }
            (Cells::Count(cells), Value::Count(count)) => {
                cells.append_value(i64::try_from(count).unwrap_or(i64::MAX));
                0
            }
            (Cells::Number(cells), Value::Number(number)) => {
                cells.append_value(number);
                0
            }
            (Cells::Truth(cells), Value::Truth(truth)) => {
                cells.append_value(truth);
                0
            }
            (Cells::List(cells), Value::List(members)) => {
                members.iter().for_each(|text| cells.values().append_value(text));
                cells.append(true);
                members.iter().map(String::len).sum()
            }
            _ => unreachable!("a column has values of its kind"),
        }
    }

    /// The cells so far, as one column, or two for dates.
    fn take(&mut self) -> Vec<ArrayRef> {
        match self {
            Cells::Text(cells) | Cells::Known(cells) => vec![Arc::new(cells.finish())],
            Cells::Date(texts, firsts) => vec![Arc::new(texts.finish()), Arc::new(firsts.finish())],
            Cells::Count(cells) => vec![Arc::new(cells.finish())],
            Cells::Number(cells) => vec![Arc::new(cells.finish())],
            Cells::Truth(cells) => vec![Arc::new(cells.finish())],
            Cells::List(cells) => vec![Arc::new(cells.finish())],
        }
    }
}

/// A cell as a Python object.
fn cell<'py>(py: Python<'py>, column: &ArrayRef, row: usize) -> PyResult<Bound<'py, PyAny>> {
    if column.is_null(row) {
        return Ok(py.None().into_bound(py));
    }
    Ok(match column.data_type() {
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into_pyobject(py)?.into_any(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into_pyobject(py)?.into_any(),
        DataType::Boolean => column.as_boolean().value(row).into_pyobject(py)?.to_owned().into_any(),
        DataType::Date32 => {
            let day = column.as_primitive::<Date32Type>().value(row);
            py.get_type::<PyDate>().call_method1("fromordinal", (FIRST_OF_1970 + day,))?
        }
        DataType::List(_) => {
            let members = column.as_list::<i32>().value(row);
            let members = members.as_string::<i32>().iter().flatten();
            PyList::new(py, members.collect::<Vec<_>>())?.into_any()
        }
        _ => column.as_string::<i32>().value(row).into_pyobject(py)?.into_any(),
    })
}
