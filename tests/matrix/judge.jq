# Judges a report on a planted fault beside one on its clean neighbour: for each file a line `kind,
# tab, what is wrong` with nothing behind the tab when all is well.
#   $check $severity $section $symbol $says: what is to be found; symbol and says are patterns
#   $skips: a pattern of why the check could not be decided
#   $also: checks whose errors the fault needs too, a line each: `name reason`
#   $clean: the neighbour's report

def kind: .path | split("/") | last;
def where_of: "\(.check) \(.severity) at \(.section // "-") \(.symbol // "-"): \(.message)";
def listed: [$also | split("\n")[] | select(. != "") | split(" ")[0]];

def is_placed:
	($section == "" or .section == $section)
	and ($symbol == "" or ((.symbol // "") | test("^(__PERCPU_)?(" + $symbol + ")$")));
def is_wanted:
	.severity == $severity and is_placed and ($says == "" or (.message | test($says)));

def wrong_with($neighbour):
	[.findings[] | select(.check == $check)] as $own
	| [.findings[] | select(.check != $check and .severity == "error")] as $others
	| [$neighbour.findings[] | select(.check == $check or .severity == "error")] as $unclean
	| [$own[] | select(.severity == "error" and (is_placed | not))] as $beside
	| if ($unclean | length) > 0 then
		"the clean neighbour has a finding: \($unclean[0] | where_of)"
	  elif $severity == "nothing" then
		if ($own | length) > 0 then "should be silent: \($own[0] | where_of)"
		elif $skips != "" and ([.skipped[] | select(.check == $check)
			| select(.reason | test($skips))] | length) == 0 then
			"should be skipped: \([.skipped[] | select(.check == $check) | .reason])"
		else "" end
	  elif ([$own[] | select(is_wanted)] | length) == 0 then
		"does not fire: "
		+ ((($own + $others)[0] // null) | if . then "instead " + where_of else "nothing does" end)
	  elif ($beside | length) > 0 then "fires elsewhere too: \($beside[0] | where_of)"
	  elif ($others | map(select(.check as $c | listed | index($c) | not)) | length) > 0 then
		"an error that the fault does not need: "
		+ ($others | map(select(.check as $c | listed | index($c) | not)) | .[0] | where_of)
	  elif (listed - [$others[].check] | length) > 0 then
		"also: names \(listed - [$others[].check] | .[0]), which does not fire"
	  else "" end;

($clean[0].files | map({key: kind, value: .}) | from_entries) as $neighbours
| .files[]
| "\(kind)\t\(wrong_with($neighbours[kind]))"
