#!/usr/bin/perl
# Derives, from what a reader of ELF files and a disassembler print, the references to per-CPU data
# that a file has, and compares them with what tests/references/references.c read in it.
#
#   compare.pl READER OBJDUMP FILE OURS SECTION...
#
# READER: readelf or llvm-readelf; OBJDUMP: llvm-objdump, for the instructions of x86_64. OURS: what
# `references` printed. SECTION: the names of the per-CPU sections. A line for each difference, and a
# closing one: `N agree, N differ`, then the counts by section, type and site.
use strict;
use warnings;
no warnings 'portable';

my ($reader, $objdump, $file, $ours, @names) = @ARGV;
my %wanted = map { $_ => 1 } @names;
my (@sections, @symbols, @objects, %by_offset, $is_object, $is_x86);

sub lines {
	open my $pipe, '-|', @_ or die "$_[0]: $!\n";
	return $pipe;
}

sub number { my ($text) = @_; return $text =~ /^0x/ ? hex $text : $text }

# What a reader has no name for: GNU ld leaves these on riscv64, and the psABI has taken them back.
my %leftovers = (46 => 'R_RISCV_RVC_LUI', 47 => 'R_RISCV_GPREL_I', 48 => 'R_RISCV_GPREL_S');

# Sections, then relocations, then symbols, as both readers print them; relocations wait for symbols.
sub read_all {
	my (@kept, $rela, $keep, $symtab);
	my $pipe = lines($reader, '-hSsrW', $file);
	while (<$pipe>) {
		if (/^([0-9a-f]{16})\s+([0-9a-f]{8})([0-9a-f]{8})\s+(R_\w+|unrecognized: \w+|Unknown\S*)\s*(.*)$/) {
			my ($place, $symbol, $number, $name, $rest) = (hex $1, hex $2, hex $3, $4, $5);
			$name = $leftovers{$number} // "type_$number" unless $name =~ /^R_/;
			push @kept, [$rela, $place, $symbol, $name, $rest] if $keep;
		} elsif ($symtab && /^\s*(\d+): ([0-9a-f]{16})\s+(\S+) (\S+)\s+(\S+)\s+\S+\s+(?:\[.*?\]\s+)?(\S+) ?(.*)$/) {
			my ($index, $value, $size, $type, $section, $name) = ($1, $2, $3, $4, $6, $7);
			$section = -1 unless $section =~ /^\d+$/;
			$symbols[$index] = {value => hex $value, size => number($size),
				type => $type, section => $section, name => $name};
			push @{$objects[$section]}, $symbols[$index]
				if $section >= 0 && $type =~ /^(?:OBJECT|TLS)$/;
		} elsif (/^\s*\[\s*(\d+)\] (\S*)\s+(\S+)\s+([0-9a-f]{16}) ([0-9a-f]+) ([0-9a-f]+) [0-9a-f]+ +([A-Za-z]*) +(\d+) +(\d+) +\d+$/) {
			$sections[$1] = {name => $2, type => $3, addr => hex $4, size => hex $6,
				flags => $7, info => $9};
			$by_offset{hex $5} = $1 if $3 eq 'RELA';
		} elsif (/^Relocation section '.*' at offset 0x([0-9a-f]+) contains/) {
			# Those of a dynamic linker, and of debug information, are none of code's.
			$rela = $by_offset{hex $1};
			$keep = $sections[$rela]{flags} !~ /A/ &&
				$sections[$sections[$rela]{info}]{flags} =~ /A/;
		} elsif (/^Symbol table '(.*)' contains/) {
			$symtab = $1 eq '.symtab';
		} elsif (/^\s*Type:\s+REL /) {
			$is_object = 1;
		} elsif (/^\s*Machine:.*X86-64/) {
			$is_x86 = 1;
		}
	}
	return \@kept;
}

# Of the template: the symbol's section, and in a linked file its value too, since GNU ld gives
# boundary symbols the section's index and values far away.
sub is_member {
	my ($symbol) = @_;
	my $section = $symbol->{section} >= 0 ? $sections[$symbol->{section}] : undef;
	return 0 unless $section && $wanted{$section->{name}};
	return 1 if $is_object;
	return $symbol->{value} >= $section->{addr}
		&& $symbol->{value} - $section->{addr} <= $section->{size};
}

# What relaxation leaves is compared only where it still names the template.
sub references {
	my ($kept) = @_;
	my @found;
	for (@$kept) {
		my ($rela, $place, $index, $type, $rest) = @$_;
		next unless $index && is_member($symbols[$index]);
		my $addend = $rest =~ / ([+-]) ([0-9a-f]+)$/ ? ($1 eq '-' ? -hex $2 : hex $2) : 0;
		use integer;
		push @found, {section => $sections[$rela]{info}, place => $place, type => $type,
			symbol => $symbols[$index], target => $symbols[$index]{value} + $addend};
	}
	return \@found;
}

# ---- x86_64: the instruction, as the disassembler prints it ------------------------------------

# Places sorted within a section, and a disassembly of that section: each place gets its instruction.
sub read_code {
	my ($found) = @_;
	my %wants;
	for (@$found) {
		push @{$wants{$sections[$_->{section}]{name}}}, $_ if $sections[$_->{section}]{flags} =~ /X/;
	}
	return unless %wants;
	my @options = map { "--section=$_" } sort keys %wants;
	my $pipe = lines($objdump, '-d', '-z', @options, $file);
	my ($queue, $prefixes) = ([], 0);
	while (<$pipe>) {
		if (/^Disassembly of section (.*):$/) {
			$queue = [sort { $a->{place} <=> $b->{place} } @{$wants{$1} || []}];
			next;
		}
		next unless @$queue && /^ *([0-9a-f]+): ((?:[0-9a-f]{2} ?)+?) *\t(.*)$/;
		my ($start, $bytes, $text) = (hex $1, $2, $3);
		my $length = () = $bytes =~ /\w+/g;
		# A prefix may get a line of its own.
		if ($text =~ /^(?:lock|rep|repne|data16|notrack)\s*$/) {
			$prefixes += $length;
			next;
		}
		($start, $length, $prefixes) = ($start - $prefixes, $length + $prefixes, 0);
		while (@$queue && $queue->[0]{place} < $start + $length) {
			my $r = shift @$queue;
			next if $r->{place} < $start;
			@$r{qw(start length text)} = ($start, $length, $text);
		}
	}
}

my %width = (R_X86_64_64 => 8, R_X86_64_GOT64 => 8, R_X86_64_GOTOFF64 => 8, R_X86_64_PC64 => 8,
	R_X86_64_16 => 2, R_X86_64_PC16 => 2, R_X86_64_8 => 1, R_X86_64_PC8 => 1,
	R_X86_64_GOTPC64 => 8, R_X86_64_GOTPLT64 => 8, R_X86_64_PLTOFF64 => 8,
	R_X86_64_DTPOFF64 => 8, R_X86_64_TPOFF64 => 8);

# The word that arch/site.h has for it.
sub site {
	my ($r) = @_;
	my ($mnemonic, $operands) = split ' ', $r->{text} =~ s/\s*#.*//r =~ s/\s*<.*//r =~ s/^(?:lock|rep|repne|notrack)\s+//r, 2;
	$operands //= '';
	my $indirect = $operands =~ /^\*/;
	return 'branch' if $mnemonic =~ /^(?:j|call|loop|xbegin)/ && !$indirect;
	my $behind = $r->{start} + $r->{length} - $r->{place} - ($width{$r->{type}} // 4);
	my $once = $mnemonic =~ /^(?:s[ah][lr]|ro[lr]|rc[lr])/;
	return 'value' if $operands =~ /^\$/ && !$behind && !$once;
	my $gs = $operands =~ /%gs:/;
	my $inside = $operands =~ /\(([^)]*)\)/ ? $1 : '';
	my $pc = $inside =~ /%rip/;
	return $pc ? 'address' : 'value' if $mnemonic =~ /^lea/;
	return 'access' if $gs;
	return $r->{type} =~ /GOT/ ? 'address' : 'direct' if $pc || $inside !~ /%/;
	return 'through';
}

# ---- comparing ----------------------------------------------------------------------------------

sub variables {
	my ($r) = @_;
	my (@inside, @labels);
	use integer;
	for (@{$objects[$r->{symbol}{section}]}) {
		my $offset = $r->{target} - $_->{value};
		push @inside, sprintf('%s+%x', $_->{name}, $offset)
			if $offset >= 0 && $offset < $_->{size};
		push @labels, "$_->{name}+0" if $offset == 0;
	}
	return @inside ? @inside : @labels ? @labels : ('?+0');
}

my $found = references(read_all());
read_code($found) if $is_x86;

my (%theirs, %answer, %count);
my ($agree, $differ) = (0, 0);
for my $r (@$found) {
	my $code = $is_x86 && $sections[$r->{section}]{flags} =~ /X/;
	my ($kind, $start, $length) = ('-', '-', '-');
	if ($code && $r->{length}) {
		use integer;
		$r->{target} += $r->{start} + $r->{length} - $r->{place}
			if $r->{type} =~ /PC|PLT32|GOTTPOFF|TLSGD|TLSLD/ && $r->{type} !~ /GOTPC32/;
		($kind, $start, $length) = (site($r), sprintf('%x', $r->{start}), $r->{length});
	} elsif ($is_x86) {
		$kind = $code ? 'unread' : 'none';
	}
	my $key = sprintf '%s %x %s %x', $sections[$r->{section}]{name}, $r->{place}, $r->{type},
		$r->{target};
	$key .= " $kind $start $length" if $is_x86;
	$count{"$sections[$r->{section}]{name} $r->{type} $kind"}++;
	push @{$theirs{$key}}, $r;
}

open my $lines, '<', $ours or die "$ours: $!\n";
while (<$lines>) {
	s/ type (\d+) / type_$1 /;
	my ($section, $place, $type, $target, $variable, $site, $use, $start, $length) = split;
	my $key = "$section $place $type $target";
	$key .= " $site $start $length" if $is_x86;
	my $r = $theirs{$key} && shift @{$theirs{$key}};
	if (!$r) {
		print "    only ours: $_";
		$differ++;
	} elsif (!grep { $_ eq $variable } variables($r)) {
		print "    variable: $variable, not ", join(' or ', variables($r)), ": $_";
		$differ++;
	} else {
		$agree++;
	}
}
for my $key (sort keys %theirs) {
	for my $r (@{$theirs{$key}}) {
		print "    only theirs: $key ($r->{symbol}{name}) ", $r->{text} // '', "\n";
		$differ++;
	}
}
print "$agree agree, $differ differ\n";
print "$count{$_} $_\n" for sort keys %count;
