"""Named bounds on everything that comes from outside, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "Limits"]

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds; reaching one is an error or a stated gap, never silence.

    Sizes are bytes, counts are plain numbers, depths are levels of nesting.
    """

    # A release: the largest published models hold a few thousand files; a directory
    # with more than this is almost surely not a release but a home or a data set.
    max_files: int = 99_999
    # Longest path in the inventory, in UTF-8 bytes (Linux PATH_MAX).
    max_path_bytes: int = 4096
    # Deepest directory below the release root.
    max_directory_depth: int = 64

    # Files up to this size are held in memory while they are hashed and inspected, one
    # for each thread: configurations, tokenizers and code all are.
    max_held_bytes: int = 32 * MIB

    # Documents we read whole (JSON, TOML): a MiniLM tokenizer is 0.5 MiB, the largest
    # published ones about 35 MiB.
    max_document_bytes: int = 64 * MIB
    max_json_depth: int = 100
    # Values in one document, objects counted twice: each takes up to some 300 bytes of
    # memory. The largest tokenizers hold about a million and a half.
    max_json_values: int = 2_000_000
    # Longest number literal: far beyond any 64-bit integer or double.
    max_json_number_chars: int = 64
    # Nesting of TOML: programmes and trust files need about ten levels; the parser
    # recurses two or three frames for each.
    max_toml_depth: int = 32

    # YAML of one file, with all that is packed in it: PyYAML takes some ten seconds
    # for a dense megabyte, and configurations have a few kilobytes.
    max_yaml_bytes: int = 1 * MIB
    # Nesting of YAML: configurations reach about ten levels; the parser recurses two
    # or three frames for each.
    max_yaml_depth: int = 100

    # safetensors: the reference implementation refuses headers over 100 MB.
    max_safetensors_header_bytes: int = 100_000_000

    # GGUF: files have some fifty pairs of metadata and a few thousand tensors.
    max_gguf_pairs: int = 65_536
    max_gguf_tensors: int = 200_000
    # Texts in the lists of one file: the largest vocabularies have 260,000 words and
    # twice as many merges.
    max_gguf_texts: int = 8_000_000
    # Offsets are multiples of this; 32 by default, and a page is the largest in use.
    max_gguf_alignment: int = 65_536

    # Pickle interpretation.
    max_pickle_opcodes: int = 20_000_000
    # Values on the stack: picklers hand over lists and dictionaries a thousand items
    # at a time, and recurse for each level; only huge tuples come near.
    max_pickle_stack: int = 1_000_000
    # Entries of the memo: below the size at which a dictionary doubles its table
    # beyond 42 MB, and above what vocabularies of a million words need.
    max_pickle_memo: int = 1_300_000
    # Memory that the machine's stack, memo and values may take: with the program
    # itself, some 60 MB, a check stays under 300 MB whatever a pickle holds.
    max_pickle_held_bytes: int = 200 * MIB
    # Values that a pickle's references expand to when somebody prints or copies it:
    # honest sharing stays far below, a "billion laughs" nest is far above.
    max_pickle_expansion: int = 1_000_000_000
    # Calls listed for one pickle stream; repeated ones are listed once.
    max_pickle_calls: int = 4_096
    # Open marks: a pickler recurses for each, and Python ends that near a thousand.
    max_pickle_marks: int = 100_000
    # Distinct names of one pickle stream that are listed, and as many again of those
    # that come with Python: large honest ones fetch dozens.
    max_pickle_imports: int = 10_000
    # Pickles and archives inside the byte strings of one pickle that are listed one by
    # one; those beyond are taken as one.
    max_pickle_embedded: int = 256
    # Byte strings of one pickle that are tried: lists of arrays hold thousands.
    max_pickle_byte_strings: int = 65_536
    # Calls of one callee that are printed, to be compared with those listed already:
    # at some five microseconds each, 40 milliseconds.
    max_pickle_printed_calls: int = 8_192
    # Pickle streams listed one by one in one file: PyTorch's old form has five. Records
    # that a program appended are more, and taken as one; each takes some 50
    # microseconds to read.
    max_pickle_streams: int = 1_000
    max_pickle_streams_read: int = 200_000
    # Longest string kept from an untrusted file to show in a finding.
    max_shown_chars: int = 200

    # SentencePiece: the largest vocabularies published hold some 260,000 pieces.
    max_sentencepiece_fields: int = 2_000_000
    # Words with vectors in one file: the largest published have some four million;
    # passing over one takes less than a microsecond.
    max_word_entries: int = 10_000_000
    # Protocol buffers: a graph has some fifteen fields for each node, and the largest
    # have some hundred thousand nodes; walking this many takes some ten seconds.
    max_protobuf_fields: int = 4_000_000
    # Nodes of a TensorFlow graph of which the inputs are kept: some 400 bytes each.
    max_graph_nodes: int = 250_000
    # Graphs inside graphs: libraries of protocol buffers end at 100 messages inside
    # one another, and each graph takes three.
    max_graph_depth: int = 32
    # Distinct operators, functions and texts listed for one graph.
    max_graph_entries: int = 10_000
    # MessagePack: a checkpoint has some ten values for each tensor, shapes among them,
    # and the largest have some ten thousand; walking this many takes two to four
    # seconds. Depth is that of its nested dictionaries.
    max_msgpack_items: int = 1_000_000
    max_msgpack_depth: int = 100

    # FlatBuffers (TFLite, ExecuTorch, CatBoost): tables and numbers that one file may
    # make us look at; graphs hold some ten thousand. Texts are names, and settings.
    max_flatbuffer_items: int = 500_000
    max_flatbuffer_text_bytes: int = 16 * MIB
    # XML (OpenVINO, PMML): the largest forests written as PMML reach some 200 MB; the
    # parser holds no tree. Readers of such files recurse for each level.
    max_xml_bytes: int = 256 * MIB
    max_xml_elements: int = 10_000_000
    max_xml_depth: int = 1_000
    # One tag or comment, which the parser holds whole; vocabularies in attributes reach
    # about a megabyte.
    max_xml_token_bytes: int = 8 * MIB
    # Models of trees that are read whole: values take some 40 bytes in memory, objects
    # and packed arrays count for as many as they take.
    max_tree_json_values: int = 2_500_000
    max_tree_nodes: int = 20_000_000

    # HDF5: bytes of metadata read in one file, and objects walked: the largest Keras
    # models have some ten thousand datasets and a few megabytes of metadata.
    max_hdf5_bytes: int = 256 * MIB
    max_hdf5_objects: int = 100_000
    max_hdf5_values: int = 100_000
    # Objects that one description has built by name, each listed once: the largest
    # Keras models have a few thousand layers of some fifty classes.
    max_built_objects: int = 2_000

    # Archives: how far wrappers are unwrapped and how much they may expand to.
    max_archive_depth: int = 6
    max_archive_members: int = 100_000
    max_expanded_bytes: int = 256 * GIB
    # Largest member that is inflated in memory for inspection.
    max_member_bytes: int = 512 * MIB
    # Beyond this ratio of expanded to stored size a member is called a bomb, when it
    # also expands to more than `bomb_floor_bytes` (DEFLATE cannot exceed 1032:1).
    max_compression_ratio: int = 200
    bomb_floor_bytes: int = 64 * MIB

    # 7z: the list of an archive's members; a hundred thousand take some 10 MB.
    max_seven_zip_header_bytes: int = 32 * MIB

    # OCI layouts: registries refuse manifests over 4 MiB, and images end at 127 layers;
    # artefacts of models have one for each file. Each layer is an open file.
    max_oci_document_bytes: int = 4 * MIB
    max_oci_layers: int = 512

    # Bytes inflated for inspection in one file, all members and nesting together:
    # at some 300 MB/s this is half a minute on one core.
    max_inflated_bytes: int = 8 * GIB
    # Ways in which one file or member breaks its format that are listed.
    max_problems_per_subject: int = 100

    # Text scanned for secrets, configuration and templates.
    max_text_scan_bytes: int = 64 * MIB
    # Real chat templates have less than 20 000 characters.
    max_template_chars: int = 100_000
    # Templates of one file, with all that is packed in it: those with tools, with
    # documents and for several languages make about ten.
    max_templates: int = 64
    max_templates_chars: int = 400_000
    # Blocks, brackets and chained operators that stand inside one another. Jinja2's
    # parser recurses some fifteen frames for each, and Python ends that near a
    # thousand; honest templates reach about fifteen levels.
    max_template_nesting: int = 40
    max_front_matter_bytes: int = 256 * KIB
    # A model card that people read: the longest published ones have some 200 kB.
    max_card_bytes: int = 4 * MIB

    # Source code that is parsed: the longest files of transformers have 400 kB.
    max_code_bytes: int = 4 * MIB
    # Scripts that are searched line by line: each form costs up to a few hundred steps
    # a word, so that the worst takes seconds; installers have some 20 kB.
    max_script_bytes: int = 256 * KIB
    max_markup_bytes: int = 1 * MIB
    # Words and signs of one source: its tree takes some 400 bytes for each, so that
    # the largest takes 100 MB; the longest files of transformers have 90 000.
    max_code_tokens: int = 250_000
    # Brackets, blocks and chained operators inside one another: Python's own parser
    # ends at 200 brackets and 100 blocks, and builds chains level by level.
    max_code_nesting: int = 90
    max_code_chain: int = 800
    # Actions kept of one source, and names of modules.
    max_code_actions: int = 1_000
    # Values worked out for one source, and the longest text among them.
    max_code_folds: int = 200_000
    max_code_text_chars: int = 256 * KIB
    # Sources that a source keeps in texts and runs, one inside the other.
    max_code_layers: int = 4
    # Requirements of one file: the longest locks of honest projects have some thousand.
    max_requirements: int = 20_000

    # Files or shards of one signed manifest: shards of 10 MB of a model of 2.5 TB. More
    # would make a signature larger than any that is read (`max_payload_bytes`).
    max_manifest_resources: int = 250_000

    # Findings kept for one check; beyond it the count goes on and the list stops.
    max_findings_per_check: int = 1_000

    # Reports for people: a list longer than this is cut, with the count of the rest;
    # some ten printed pages of findings. The manifest is one line a file.
    max_report_rows: int = 200
    max_report_files: int = 1_000
    # Longest single text that a report shows: a whole path (PATH_MAX) still fits.
    max_report_text_chars: int = 4_096

    # Bundles, envelopes and log entries.
    max_bundle_bytes: int = 64 * MIB
    max_statements: int = 64
    # Statements of others in one bundle: some reviews, and what tells of their keys.
    max_attached: int = 128
    # Statement files that a verifier has at hand: three years of daily snapshots.
    max_at_hand: int = 1_024
    max_payload_bytes: int = 48 * MIB
    # Salted digests of one claim, and so disclosures of a bundle: one for each control,
    # check and question. The programme shipped has 75; nobody answers thousands.
    max_claim_items: int = 4_096
    max_trust_bytes: int = 4 * MIB
    max_programme_bytes: int = 8 * MIB
    # Nesting of one benefit's rule: beyond this counsel can no longer read it.
    max_rule_depth: int = 8
    # Longest freshness or age that a programme may ask for, about a hundred years:
    # well inside what dates can be added to.
    max_validity_days: int = 36_500
    max_declarations_bytes: int = 4 * MIB
    max_evidence_bytes: int = 1 * GIB
    max_key_file_bytes: int = 64 * KIB
    # An address of a key on a token or in a service: some attributes of 64 characters
    # (CK_TOKEN_INFO) and two paths, each character written as three.
    max_key_uri_chars: int = 4_096
    # C2SP tlog-tiles: entries carry a uint16 length prefix.
    max_log_entry_bytes: int = 65_535
    # A bitstring status list: one bit for each entry of a log, so 134 million entries;
    # what others take as well.
    max_status_list_bytes: int = 16 * MIB
    # Entries that wait for a place in the log while others are written: half a second
    # of the rate that it takes. Beyond it a server says so instead of growing.
    max_log_waiting_entries: int = 4_096
    max_log_waiting_bytes: int = 256 * MIB
    # RFC 3161: a response with three certificates has some 5 kB, with RSA keys of 4096
    # bits some 8 kB. A statement may have one from each of several authorities.
    max_timestamp_bytes: int = 64 * KIB
    max_timestamps: int = 8
    # Values inside one value of DER: a signer has six attributes, a certificate set
    # five members; names of certificates and extensions have fewer than twenty.
    max_der_parts: int = 64
    # C2SP signed-note: verifiers accept at least 16 signatures; ML-DSA ones near 5 kB.
    max_note_bytes: int = 512 * KIB
    max_note_signatures: int = 64
    # COSE: a statement around the largest payload, and its receipts.
    max_cose_bytes: int = 64 * MIB
    # One header of a COSE message: a chain of certificates has a few kilobytes.
    max_cose_header_bytes: int = 64 * KIB
    # A COSE receipt: a path has at most 63 hashes of 34 bytes, a header some 500 bytes.
    max_cose_receipt_bytes: int = 16 * KIB
    # Receipts of one statement: each is a signature check by somebody's key.
    max_cose_receipts: int = 16
    # CBOR: COSE nests five levels, and the longest receipt has some hundred items.
    max_cbor_depth: int = 16
    max_cbor_items: int = 4_096
    # RFC 9943 section 6: an issuer has 1 to 8,192 characters; a subject likewise.
    max_cwt_claim_chars: int = 8_192
    # C2SP tlog-policy: "at least up to 32" of each; an ML-DSA-44 key has 1,800
    # characters.
    max_policy_bytes: int = 512 * KIB
    max_policy_items: int = 128
    # C2SP tlog-witness: 63 hashes of 45 bytes and a checkpoint, which signed-note wants
    # read with 16 signatures of 5 kB at least.
    max_witness_request_bytes: int = 128 * KIB
    # Signature lines of one witness: two keys, or a few more while it changes them.
    max_witness_answer_bytes: int = 32 * KIB
    # Logs that one witness follows, and contradictions that it keeps of each: only who
    # holds a log's key can make one, and one is enough to convict it.
    max_witnessed_logs: int = 10_000
    max_forks_kept: int = 64
    # What one request may submit to a log: a manifest of 100,000 files has some 20 MB
    # in base64, and a server may hold a hundred such requests at a time.
    max_submission_bytes: int = 32 * MIB
    max_submission_statements: int = 256
    # An answer to it: a receipt has some 6 kB, with many witnesses up to 100 kB.
    max_receipts_bytes: int = 32 * MIB
    # Holders of tokens of one log, and the file that lists them.
    max_tokens: int = 10_000
    max_token_file_bytes: int = 8 * MIB
    # Callers whose rate is remembered; the idle ones are forgotten first.
    max_rated_callers: int = 65_536
    # A log's time never goes back, so one that is far ahead would be stated for ever:
    # a day is more than clocks and time zones differ by.
    max_log_seconds_ahead: int = 86_400
    # End of the year 9999, the last that calendars hold.
    max_log_time: int = 253_402_300_799


DEFAULT_LIMITS = Limits()
