#!/usr/bin/env bash
# The whole way on the sample shoot: import, check, freeze, train, validate, approve, release, generate.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

home=demo/home
pictures=demo/pictures
mkdir -p demo

echo "1/2  Teaching the starter network the sample shoot (about three minutes on two cores)"
muslin run examples/sample-shoot --name sage-linen --profile examples/profile.toml \
  --rights CC0-1.0 --approve-as "the demo" --home "$home" --json >demo/run.json

echo "2/2  Making pictures with the release"
muslin images generate --release sage-linen --prompts examples/prompts.txt --count 2 --seed 7 \
  --out "$pictures" --home "$home" --json >demo/images.json

python - <<'PYTHON'
import json
from pathlib import Path

run = json.loads(Path("demo/run.json").read_text(encoding="utf-8"))
print()
print("Done. Look at:")
print(f"  {run['report_page']}   the proof: brand, base and tuned side by side")
print("  demo/pictures   new pictures in the look of the shoot, and their contact sheet")
print("Open the studio in your browser and go on there:")
print("  .venv/bin/muslin serve --home demo/home")
print("Or try your own words here:")
print('  .venv/bin/muslin images generate --release sage-linen --home demo/home \\')
print('    --prompt "a red dress, flat lay" --out demo/mine')
PYTHON
