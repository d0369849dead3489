-- What is made when the rows are in.

CREATE INDEX names_by_name ON names (name);
CREATE INDEX names_by_entity ON names (entity_id);
CREATE INDEX triples_by_subject ON triples (subject_id);
CREATE INDEX triples_by_object ON triples (object_id);
CREATE INDEX triples_by_subject_name ON triples (subject);
CREATE INDEX triples_by_object_name ON triples (object);
CREATE INDEX triples_by_predicate ON triples (predicate);
CREATE INDEX sentences_by_article ON sentences (article_id);
CREATE INDEX relations_by_triple ON relation_rows (triple_id);
CREATE INDEX relations_by_article ON relation_rows (article_id);
CREATE INDEX relations_by_sentence ON relation_rows (sentence_id);
CREATE INDEX relations_by_subject ON relation_rows (subject_id);
CREATE INDEX relations_by_object ON relation_rows (object_id);
CREATE INDEX mentions_by_entity ON mention_rows (entity_id);
CREATE INDEX mentions_by_article ON mention_rows (article_id);

-- Search: SELECT s.sentence FROM sentences_search JOIN sentences s ON sentence_id = sentences_search.rowid
-- WHERE sentences_search MATCH 'words'. It keeps no text of its own.
CREATE VIRTUAL TABLE sentences_search USING fts5 (
    sentence, content = 'sentences', content_rowid = 'sentence_id', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO sentences_search (sentences_search) VALUES ('rebuild');

-- The columns of relations.csv.
CREATE VIEW relations AS
SELECT a.article, r.subject, r.subject_type, r.predicate, r.object, r.object_type, r.score, r.negated, r.certainty,
       r.attributed_to, s.sentence, r.rule, r.subject_start, r.subject_end, r.object_start, r.object_end, r.status,
       r.event_date, a.date, r.subject_id, r.object_id, a.title, a.url, r.relation_id, r.triple_id, r.article_id,
       r.sentence_id
FROM relation_rows r JOIN articles a USING (article_id) JOIN sentences s USING (sentence_id);

-- The columns of mentions.csv.
CREATE VIEW mentions AS
SELECT a.article, m.start, m.end, m.text, m.type, m.score, m.entity_id, e.entity, s.sentence, m.mention_id,
       m.article_id, m.sentence_id
FROM mention_rows m JOIN articles a USING (article_id) JOIN sentences s USING (sentence_id)
     JOIN entities e USING (entity_id);

-- All that is told of an entity, with the day to sort by: WHERE entity = 'Ana Ruiz' ORDER BY day.
CREATE VIEW timeline AS
SELECT subject AS entity, subject_id AS entity_id, coalesce(event_date, date) AS day,
       event_date IS NOT NULL AS day_is_told, predicate, 'subject' AS role, object AS other, object_id AS other_id,
       score, negated, certainty, attributed_to, status, sentence, title, url, article, triple_id
FROM relations
UNION ALL
SELECT object, object_id, coalesce(event_date, date), event_date IS NOT NULL, predicate, 'object', subject, subject_id,
       score, negated, certainty, attributed_to, status, sentence, title, url, article, triple_id
FROM relations WHERE object_id <> subject_id;

-- With whom an entity is connected. What is denied, dates and other names are no connections.
CREATE VIEW neighbours AS
SELECT subject AS entity, subject_id AS entity_id, predicate, 'subject' AS role, object AS other,
       object_id AS other_id, object_type AS other_type, score, articles, evidence, status, triple_id
FROM triples WHERE NOT negated AND object_type <> 'DATE' AND subject_id <> object_id
UNION ALL
SELECT object, object_id, predicate, 'object', subject, subject_id, subject_type, score, articles, evidence, status,
       triple_id
FROM triples WHERE NOT negated AND object_type <> 'DATE' AND subject_id <> object_id;

-- With whom both of two entities are connected: WHERE a = 'Ana Ruiz' AND b = 'Bo Berg'.
CREATE VIEW shared_neighbours AS
SELECT x.entity AS a, y.entity AS b, x.other AS shared, x.other_type AS shared_type, x.predicate AS a_predicate,
       y.predicate AS b_predicate, x.entity_id AS a_id, y.entity_id AS b_id, x.other_id AS shared_id,
       min(x.score, y.score) AS score, x.triple_id AS a_triple_id, y.triple_id AS b_triple_id
FROM neighbours x JOIN neighbours y ON x.other_id = y.other_id AND x.entity_id <> y.entity_id;

ANALYZE;
