//! Which files of a model are fetched.

pub(super) const CONFIG: &str = "config.json";

/// The files to fetch of those that a model has, `config.json` first and the weights last, or what
/// is missing and what to do about it.
pub(super) fn wanted(listed: &[&str]) -> Result<Vec<&'static str>, (String, String)> {
    let has = |name: &str| listed.contains(&name);
    let mut names = vec![CONFIG];
    let mut take = |some: &[&'static str]| names.extend(some.iter().filter(|name| has(name)));
    take(&["model.toml", "tokenizer.json", "tokenizer_config.json"]);
    if !has("tokenizer.json") {
        // Of these only vocab.txt is read here; from the others Python can make a tokenizer.json.
        take(&["vocab.txt", "vocab.json", "merges.txt", "sentencepiece.bpe.model", "spm.model"]);
        take(&["special_tokens_map.json", "added_tokens.json"]);
    }
    take(&["README.md", "LICENSE", "LICENSE.md", "LICENSE.txt"]);
    if has("model.onnx") {
        take(&["model.onnx_data", "model.onnx.data", "model.onnx"]);
    } else {
        take(&["onnx/model.onnx_data", "onnx/model.onnx.data", "onnx/model.onnx"]);
    }
    take(&["model.safetensors"]);
    if !has(CONFIG) {
        return Err((
            format!("no {CONFIG}, so it is no model of the transformers library"),
            "Choose a model for token classification".into(),
        ));
    }
    if names.iter().any(|name| matches!(*name, "model.safetensors" | "model.onnx" | "onnx/model.onnx")) {
        return Ok(names);
    }
    let convert = "convert it on a machine with Python: `AutoModelForTokenClassification.from_pretrained(ID)\
                   .save_pretrained(FOLDER)`, the same with AutoTokenizer, and `--model FOLDER`";
    Err(if has("pytorch_model.bin") {
        (
            "it has only a pickle (pytorch_model.bin), which may run any program and is not fetched".into(),
            format!(
                "See whether a revision has model.safetensors (`--revision refs/pr/1`, say), or {convert}"
            ),
        )
    } else if has("model.safetensors.index.json") {
        (
            "its weights are in several files, which no engine reads".into(),
            format!("Use a smaller model, or {convert} (with max_shard_size=\"100GB\")"),
        )
    } else {
        (
            "it has neither model.safetensors nor model.onnx".into(),
            format!("Choose another model, or {convert}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_files_are_wanted() {
        let listed = ["../config.json", "config.json", "vocab.txt", "tokenizer.json", "training_args.bin"];
        let with = |more: &[&'static str]| wanted(&[&listed[..], more].concat());
        assert_eq!(
            with(&["onnx/model.onnx", "model.safetensors", "pytorch_model.bin", "/etc/model.onnx"]).unwrap(),
            ["config.json", "tokenizer.json", "onnx/model.onnx", "model.safetensors"]
        );
        assert_eq!(
            with(&["onnx/model.onnx", "model.onnx"]).unwrap(),
            ["config.json", "tokenizer.json", "model.onnx"]
        );
        assert_eq!(
            wanted(&["config.json", "vocab.json", "merges.txt", "model.safetensors"]).unwrap(),
            ["config.json", "vocab.json", "merges.txt", "model.safetensors"]
        );
        let problem = |more: &[&'static str]| with(more).unwrap_err().0;
        assert!(problem(&["pytorch_model.bin"]).contains("only a pickle"));
        assert!(problem(&["model.safetensors.index.json"]).contains("several files"));
        assert!(problem(&["tf_model.h5"]).contains("neither"));
        assert!(wanted(&["README.md"]).unwrap_err().0.contains("no config.json"));
    }
}
