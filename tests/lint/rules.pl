# SPDX-License-Identifier: Apache-2.0
# The rules of docs/STYLE.md that a grep can prove. File names on stdin; prints
# "file:line: what; remedy" and fails if there was any. run.sh calls it.
use strict;
use warnings;

# One owner per third-party header: swapping a library touches one module.
my %owner = (
    'librdkafka/'   => 'services/common/io/(bus|pipe|group|mockbus|admin)',
    'microhttpd.h'  => 'services/common/io/http',
    'curl/'         => 'services/common/io/(transfer|client)',
    'protobuf-c/'   => 'services/common/io/wire',
    'noroshi/v1/'   => 'services/common/io/wire',
    'jansson.h'     => 'services/common/io/json',
    'openssl/'      => 'services/common/io/sign',
    'gmime/'        => 'services/common/io/mime',
    'cmark.h'       => 'services/common/io/markdown',
    'csv.h'         => 'services/common/io/csv',
    'libconfig.h'   => 'services/common/base/conf',
    (map { $_ => 'services/common/base/text' } qw(unicase.h unictype.h unigbrk.h
        unilbrk.h uninorm.h unistr.h unitypes.h uniwidth.h)),
    'idn2.h'        => 'services/common/base/text',
    'uthash.h'      => 'services/common/base/map',
    'jemalloc/'     => 'services/common/base/mem',
    'uuid/'         => 'services/common/base/rand',
);
# What any file may include besides ours; core/ only those marked pure.
my %libc = map { $_ => 1 } qw(
    assert.h ctype.h dirent.h errno.h fcntl.h getopt.h grp.h inttypes.h limits.h
    locale.h math.h netdb.h poll.h pthread.h pwd.h signal.h spawn.h
    stdatomic.h stdarg.h stdbool.h stddef.h stdint.h stdio.h stdlib.h string.h
    strings.h termios.h time.h unistd.h wchar.h arpa/inet.h malloc.h
    netinet/in.h netinet/tcp.h sys/epoll.h sys/eventfd.h sys/ioctl.h
    sys/mman.h sys/prctl.h sys/random.h sys/resource.h sys/signalfd.h
    sys/socket.h sys/stat.h sys/syscall.h sys/time.h sys/timerfd.h sys/types.h
    sys/uio.h sys/un.h sys/wait.h syslog.h threads.h);
my %pure = map { $_ => 1 } qw(
    assert.h ctype.h errno.h inttypes.h limits.h stdarg.h stdbool.h stddef.h
    stdint.h stdio.h stdlib.h string.h strings.h);

# [where, call, remedy, except there]. "where" is a path prefix.
my @banned = (
    ['', 'strcpy|strcat|stpcpy', 'use nrs_buf or snprintf'],
    ['', 'strncpy|strncat', 'does not end the string: use snprintf'],
    ['', 'v?sprintf', 'use snprintf or nrs_buf'],
    ['', 'gets|strtok|alloca|tmpnam|mktemp', 'not safe: use its sibling'],
    ['', 'ato[ifl]|atoll', 'hides errors: use strtoll and check its end'],
    ['services/', 'system|popen', 'no shell: posix_spawn with a list of arguments'],
    ['', 's?rand|random|drand48', 'use base/rand.h'],
    ['', '(local|gm|c|asc)time', 'not reentrant: use base/clock.h'],
    ['', 'time|gettimeofday|clock_gettime|ftime',
        'time enters only through base/clock.h',
        'services/common/base/clock.c|tests/(support|bench)/'],
    ['services/', 'pthread_condattr_setclock|pthread_cond_clockwait',
        'use base/cond.h',
        'services/common/base/cond.c|services/common/io/bus_waits.c'],
    ['', 'u?sleep|nanosleep|clock_nanosleep',
        'wait for the event: nrs_stop_wait, or wait_until in a test',
        'services/common/base/|tests/(support|bench)/'],
    ['services/', 'getrandom|getentropy|RAND_bytes', 'use base/rand.h',
        'services/common/base/rand.c'],
    ['services/', 'malloc|calloc|realloc|reallocarray|strn?dup|v?asprintf',
        'use base/mem.h: it aborts when memory runs out',
        'services/common/base/mem.c'],
    ['services/', 'getenv|setenv|secure_getenv',
        'the environment enters only in main, service.c and noroshictl',
        'services/[a-z]+/main.c|services/common/io/service|services/ctl/'],
    ['services/common/', 'exit|_exit|quick_exit|perror',
        'return nrs_fail(): who calls decides',
        'services/common/io/service'],
    ['services/common/core/', 'nrs_wall_ms|nrs_mono_\w+|nrs_rand\w*',
        'core is pure: take the time as an argument'],
    ['include/noroshi/core/', 'nrs_wall_ms|nrs_mono_\w+|nrs_rand\w*',
        'core is pure: take the time as an argument'],
);

for (@banned) {
    $_->[1] = qr{(?<![\w.>])($_->[1])\s*\(};
    $_->[3] = qr{^(?:$_->[3])} if defined $_->[3];
}

my (%exception, $bad);
sub hit {
    my ($file, $line, $text) = @_;
    print "$file:$line: $text\n";
    $bad = 1;
}

# Blank out comments and strings, keep the line structure.
sub code_only {
    my ($text) = @_;
    $text =~ s{(/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}
        { (my $blank = $1) =~ s/[^\n]/ /g; $blank }gse;
    return $text;
}

sub floor {
    my ($file) = @_;
    return $1 if $file =~ m{^(?:include/noroshi|services/common)/(base|core|io)/};
    return $1 if $file =~ m{^services/(\w+)/};
    return 'tests';
}

sub check_include {
    my ($file, $line, $mark, $name) = @_;
    my $floor = floor($file);
    return if $floor eq 'tests';
    for my $header (keys %owner) {
        next unless index($name, $header) == 0;
        hit($file, $line, "<$name> belongs to $owner{$header}*; "
            . 'call that module instead') unless $file =~ m{^$owner{$header}};
        return;
    }
    if ($mark eq '<') {
        hit($file, $line, "<$name> has no owner; name one in tests/lint/rules.pl")
            unless $libc{$name};
        hit($file, $line, "<$name> in core; core has no clock, files or sockets")
            if $floor eq 'core' && !$pure{$name};
        return;
    }
    my %rank = (base => 0, core => 1, io => 2);
    if ($name =~ m{^(?:noroshi|common)/(base|core|io)/}) {
        hit($file, $line, "$floor includes $1; base <- core <- io <- services")
            if exists $rank{$floor} && $rank{$1} > $rank{$floor};
        hit($file, $line, 'a private header of common; '
            . 'use its contract in include/noroshi')
            if $name =~ m{^common/} && $file !~ m{^services/common/};
    } elsif ($name =~ m{^(producer|classifier|dispatcher|ctl)/}) {
        hit($file, $line, "$floor includes $1; services talk over topics only")
            if $floor ne $1;
    } elsif ($name =~ m{^support/}) {
        hit($file, $line, 'tests/support is for tests');
    } elsif ($name ne 'noroshi/version.h') {
        hit($file, $line, "\"$name\": root the path (\"noroshi/base/err.h\")");
    }
}

sub check_calls {
    my ($file, $line, $code) = @_;
    for my $rule (@banned) {
        my ($where, $call, $remedy, $except) = @$rule;
        next if index($file, $where) != 0;
        next if defined $except && $file =~ $except;
        next unless $code =~ $call;
        hit($file, $line, "$1(); $remedy") unless $exception{"$file $1"};
    }
}

sub check_size {
    my ($file, $text, $n) = @_;
    my $limit = $file =~ /\.h$/ ? 100 : 500;
    return if $n <= $limit || $text =~ m{^(?:/\*| \*) long: \S}m;
    hit($file, $limit + 1, "$n lines, limit $limit; "
        . 'split it, or say why in a comment: long: <reason>');
}

sub check_guard {
    my ($file, $text) = @_;
    return unless $file =~ m{^include/noroshi/(.*)\.h$};
    (my $guard = uc "noroshi/$1.h") =~ tr{/.}{__};
    hit($file, 2, "the guard is not $guard") unless $text =~ /^#ifndef $guard$/m;
}

# A module is a triple with one basename: x.c and x_part.c share x.h, test_x.c.
sub check_triple {
    my ($file, $exists) = @_;
    return unless $file =~ m{^services/common/(\w+)/(\w+)\.c$};
    my ($floor, $name) = ($1, $2);
    my ($header, $test);
    while (1) {
        $header ||= $exists->{"include/noroshi/$floor/$name.h"};
        $test ||= $exists->{"tests/unit/test_$name.c"}
            || $exists->{"tests/integration/test_$name.c"};
        last unless $name =~ s/_[^_]*$//;
    }
    hit($file, 1, 'no header in include/noroshi; a module is header, source, test')
        unless $header || $exception{"$file header"};
    hit($file, 1, "no test_$name.c in tests/unit or tests/integration; write it, "
        . 'or give the reason in tests/lint/exceptions')
        unless $test || $exception{"$file test"};
}

sub check_c {
    my ($file, $text) = @_;
    my @raw = split /\n/, $text, -1;
    my @code = split /\n/, code_only($text), -1;
    hit($file, 1, 'no licence; first line: /* SPDX-License-Identifier: Apache-2.0 */')
        unless $raw[0] eq '/* SPDX-License-Identifier: Apache-2.0 */';
    for my $i (0 .. $#raw) {
        my $line = $i + 1;
        # Of the raw text: the quoted name is a string to code_only().
        if ($code[$i] =~ /^\s*#\s*include/) {
            check_include($file, $line, $1, $2)
                if $raw[$i] =~ /^\s*#\s*include\s*([<"])([^>"]+)/;
            next;
        }
        check_calls($file, $line, $code[$i]);
        hit($file, $line, 'typedef; say struct, enum or union at each use')
            if $code[$i] =~ /^\s*typedef\s+(struct|enum|union)\b/;
        hit($file, $line, 'a variable in a header; give it an accessor')
            if $file =~ /\.h$/ && $code[$i] =~ /^extern\s[^()]*$/;
        hit($file, $line, 'TODO without an issue; write TODO(#12)')
            if $raw[$i] =~ /\b(TODO|FIXME|XXX)\b(?!\(#\d)/;
    }
    check_size($file, $text, $#raw);
    check_guard($file, $text);
}

sub check_shell {
    my ($file, $text) = @_;
    my $line = 0;
    for (split /\n/, $text) {
        $line++;
        hit($file, $line, 'a fixed sleep; poll in steps below a second, to a deadline')
            if $file =~ m{^tests/(?!bench/)} && /(^|[\s;&|(])sleep\s+[1-9]/;
    }
}

if (open my $in, '<', 'tests/lint/exceptions') {
    while (<$in>) {
        next if /^\s*(#|$)/;
        my ($path, $what, $reason) = split ' ', $_, 3;
        defined $reason && length $reason > 9
            ? $exception{"$path $what"} = 1
            : hit('tests/lint/exceptions', $., 'an exception needs a reason');
    }
}

chomp(my @files = <STDIN>);
my %exists = map { $_ => 1 } @files;
for my $file (@files) {
    open my $in, '<', $file or die "$file: $!\n";
    my $text = do { local $/; <$in> };
    next unless defined $text;
    check_c($file, $text) if $file =~ /\.[ch]$/;
    check_shell($file, $text) if $file =~ /\.sh$/;
    check_triple($file, \%exists);
    my $line = 0;
    for (split /\n/, $text) {
        $line++;
        hit($file, $line, 'a path of one machine; make it relative or a setting')
            if m{(?<![\w.\$\}~/-])/(home|root|Users|work)/\w};
    }
}
for (sort keys %exception) {
    my ($path) = split ' ';
    hit('tests/lint/exceptions', 1, "$path is gone; delete its line")
        unless $exists{$path};
}
exit($bad ? 1 : 0);
