"""Whether llama.cpp makes a grammar of our tools' schemas: grammar.py BINARY FOLDER. Prints a line for each list.

LM Studio, llama-server and others hold a local model to a grammar that is made of the schemas of all tools of a
request; one schema that it can't read, and each request with these tools is refused. The model is a toy of a few
kilobytes, made here: what it says does not matter, but that it is asked at all.
"""

import json
import pathlib
import struct
import subprocess
import sys

import xllamacpp

import trial

# The way that Hermes, Qwen and many others are told of tools, but for the schemas: what counts here is the grammar.
TEMPLATE = """\
{%- if tools %}<|im_start|>system
<tools>
{%- for tool in tools %}
{{ tool.function.name }}
{%- endfor %}
</tools>
For each function call return a json object within <tool_call></tool_call>:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call><|im_end|>
{% endif %}
{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content or "" }}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

PRATTLE = ["does not match the expected", "Failed to parse input at pos"]


def toy(path):
    """A model of one small layer whose words are the 256 bytes, as a GGUF file."""
    width, words = 32, 3 + 256
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    kinds = [2, 3, 3] + [6] * 256

    def text(value):
        data = value.encode()
        return struct.pack("<Q", len(data)) + data

    def number(value):
        return 4, struct.pack("<I", value)

    facts = {
        "general.architecture": (8, text("llama")),
        "llama.block_count": number(1),
        "llama.context_length": number(131072),
        "llama.embedding_length": number(width),
        "llama.feed_forward_length": number(width),
        "llama.attention.head_count": number(2),
        "llama.attention.layer_norm_rms_epsilon": (6, struct.pack("<f", 1e-5)),
        "tokenizer.ggml.model": (8, text("llama")),
        "tokenizer.ggml.tokens": (9, struct.pack("<IQ", 8, words) + b"".join(map(text, tokens))),
        "tokenizer.ggml.scores": (9, struct.pack("<IQ", 6, words) + struct.pack(f"<{words}f", *[0.0] * words)),
        "tokenizer.ggml.token_type": (9, struct.pack("<IQ", 5, words) + struct.pack(f"<{words}i", *kinds)),
        "tokenizer.ggml.bos_token_id": number(1),
        "tokenizer.ggml.eos_token_id": number(2),
        # Or the blank would stand before what the grammar begins with.
        "tokenizer.ggml.add_space_prefix": (7, b"\0"),
        "tokenizer.chat_template": (8, text(TEMPLATE)),
    }
    square = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]
    shapes = {"token_embd.weight": (width, words), "output_norm.weight": (width,), "output.weight": (width, words),
              "blk.0.attn_norm.weight": (width,), "blk.0.ffn_norm.weight": (width,),
              **{f"blk.0.{name}.weight": (width, width) for name in square}}
    head, body = b"", b""
    for name, shape in shapes.items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, len(body))
        body += struct.pack(f"<{count}f", *[((7 * at) % 13 - 6) / 50 for at in range(count)])
    start = b"GGUF" + struct.pack("<IQQ", 3, len(shapes), len(facts))
    start += b"".join(text(name) + struct.pack("<I", kind) + value for name, (kind, value) in facts.items()) + head
    path.write_bytes(start + b"\0" * (-len(start) % 32) + body)


def function(name, parameters, description=""):
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def offered(binary, *flags):
    listed = subprocess.run([binary, "schema", "mcp", *flags], capture_output=True, check=True).stdout
    return [function(tool["name"], tool["inputSchema"], tool["description"]) for tool in json.loads(listed)["tools"]]


def refusal(server, tools):
    """What llama.cpp says against these tools, None if it takes them."""
    for choice in ("auto", "required"):
        try:
            answer = server.handle_chat_completions({"messages": [{"role": "user", "content": "x"}], "tools": tools,
                                                     "tool_choice": choice, "max_tokens": 4})
        except Exception as error:
            # The model was asked, and talked like the toy that it is.
            if isinstance(error, UnicodeDecodeError) or any(words in str(error) for words in PRATTLE):
                continue
            return str(error)[:300]
        if "choices" not in answer:
            return json.dumps(answer)[:300]
    return None


def one(name, pattern):
    properties = {"word": {"type": "string", **pattern}}
    return [function(name, {"type": "object", "properties": properties, "required": ["word"]})]


def main():
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    toy(folder / "toy.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(folder / "toy.gguf")
    params.n_ctx = 131072
    params.n_parallel = 1
    server = xllamacpp.Server(params)

    # A model is asked where all schemas have become one grammar.
    def all_of(tools):
        refused = refusal(server, tools)
        if refused:
            each = [tool["function"]["name"] for tool in tools if refusal(server, [tool])]
            trial.check(False, f"{refused}; refused by themselves: {each}")
        return f", {len(tools)} tools"

    def can_fail():
        # So that a pass means something, and a failure, too.
        plain = refusal(server, one("plain", {"pattern": "^cnt_[A-Za-z0-9]+$", "maxLength": 128}))
        trial.check(not plain, f"a plain word is refused: {plain}")
        for name, schema in [("blanks", {"pattern": r"^[^@\s]+$"}), ("open", {"pattern": "^https://"}),
                             ("long", {"minLength": 1, "maxLength": 2001})]:
            trial.check(refusal(server, one(name, schema)), f"{name} is taken: this trial can't fail")

    trial.run("llama.cpp, what it can't read", can_fail)
    for name, flags in [("llama.cpp", []), ("llama.cpp, all toolsets", ["--toolsets", "all"])]:
        trial.run(name, lambda: all_of(offered(binary, *flags)))
    trial.end()


if __name__ == "__main__":
    main()
