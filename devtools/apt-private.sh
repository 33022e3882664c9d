# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
# shellcheck shell=bash
#
# Asking the machine's package sources for more than is installed, without touching the system's
# package lists or apt state: all is kept in a folder of the caller's. To be sourced.

# apt_sources FOLDER OPTION...: write the machine's own sources to a folder, changed by
#   --type TYPE	asked for this type ("deb-src") instead of theirs
#   --suites S	those of the machine's own release, with these suites instead; only they are written
apt_sources()
{
	local to=$1 type=deb suites='' own='' etc file name d
	shift
	while (($#)); do
		case $1 in
		--type) type=$2 ;;
		--suites) suites=$2 own=$(apt_own_suite) ;;
		esac
		shift 2
	done
	etc=$(apt-config shell d Dir::Etc/f) && eval "$etc"
	etc=${d:-/etc/apt/}
	mkdir -p "$to"
	for file in "${etc%/}"/sources.list "${etc%/}"/sources.list.d/*.list; do
		[[ -r $file ]] || continue
		name=$(basename "$file")
		apt_sources_lines "$type" "$own" "$suites" < "$file" > "$to/$name"
	done
	for file in "${etc%/}"/sources.list.d/*.sources; do
		[[ -r $file ]] || continue
		name=$(basename "$file")
		apt_sources_stanzas "$type" "$own" "$suites" < "$file" > "$to/$name"
	done
}

apt_own_suite()
{
	(. /etc/os-release && echo "${VERSION_CODENAME:-}")
}

# Lines "deb [OPTIONS] URI SUITE COMPONENT...".
apt_sources_lines()
{
	awk -v type="$1" -v own="$2" -v suites="$3" '
	$1 != "deb" { next }
	{
		at = 2
		if ($2 ~ /^\[/)
			while ($at !~ /\]$/)
				at++
		at += ($2 ~ /^\[/) + 1
		$1 = type
		if (own == "") {
			print
			next
		}
		if ($at != own)
			next
		nb = split(suites, suite, " ")
		for (i = 1; i <= nb; i++) {
			$at = suite[i]
			print
		}
	}'
}

# Stanzas in the format of deb822.
apt_sources_stanzas()
{
	awk -v type="$1" -v own="$2" -v suites="$3" '
	BEGIN { RS = ""; FS = "\n" }
	{
		wanted = own == ""
		stanza = ""
		for (i = 1; i <= NF; i++) {
			if ($i ~ /^Types:/)
				$i = "Types: " type
			if (own != "" && $i ~ /^Suites:/) {
				if (" " substr($i, 8) " " ~ " " own " ")
					wanted = 1
				$i = "Suites: " suites
			}
			stanza = stanza $i "\n"
		}
		if (wanted)
			print stanza
	}'
}

# apt_private FOLDER: begin an empty apt state there, with sources in FOLDER/sources.d, and set the
# array apt_options to what makes apt use it.
apt_private()
{
	local state=$1
	mkdir -p "$state"/lists/partial "$state"/archives/partial "$state"/sources.d
	: > "$state/status"
	# shellcheck disable=SC2034 # for the caller
	apt_options=(
		-o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$state/sources.d"
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
		-o Dir::State="$state" -o Dir::State::lists="$state/lists"
		-o Dir::State::status="$state/status" -o Dir::Cache="$state"
		-o APT::Sandbox::User= -o APT::Install-Recommends=false
		-o Acquire::Languages=none -o Acquire::Retries=2
	)
}
