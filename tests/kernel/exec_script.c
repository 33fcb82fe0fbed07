// SPDX-License-Identifier: GPL-2.0-only
/*
 * #! scripts: how the first line is read. This program is its own interpreter: run with arguments
 * it writes them to descriptor 9.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <sys/stat.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static char dir[] = "/tmp/exec_script.XXXXXX";
static char self[256], script[64];

static void write_script(const char *format, ...)
{
	char text[1024];
	va_list ap;
	int n, fd;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	unlink(script);
	fd = open(script, O_CREAT | O_WRONLY, 0755);
	fchmod(fd, 0755);
	if (write(fd, text, (size_t)n) != n)
		unlink(script);
	close(fd);
}

/* Runs the script with arguments "one two"; what the interpreter got, or "errno N". */
static const char *result(void)
{
	static char buf[2048];
	ssize_t n, total = 0;
	int p[2], err;
	pid_t pid;

	if (pipe(p))
		return "pipe";
	pid = fork();
	if (!pid) {
		dup2(p[1], 9);
		execl(script, "argv0", "one", "two", NULL);
		err = errno;
		dprintf(9, "errno %d", err);
		_exit(1);
	}
	close(p[1]);
	while ((n = read(p[0], buf + total, sizeof(buf) - 1 - (size_t)total)) > 0)
		total += n;
	buf[total] = 0;
	close(p[0]);
	waitpid(pid, NULL, 0);
	return buf;
}

static void expect(const char *want, const char *what)
{
	const char *got = result();

	ok(!strcmp(got, want), "%s (%s)", what, got);
}

int main(int argc, char **argv)
{
	char want[1024], long_name[400], link_name[128];
	ssize_t n;

	if (argc > 1) {
		for (int i = 0; i < argc; i++)
			dprintf(9, "[%s]", i ? argv[i] : "self");
		return 0;
	}
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n <= 0 || !mkdtemp(dir)) {
		ok(0, "set-up");
		return ktap_done();
	}
	/* A short name, so that it fits the line with room to spare. */
	snprintf(link_name, sizeof(link_name), "%s/i", dir);
	if (symlink(self, link_name))
		ok(0, "a symlink");
	snprintf(script, sizeof(script), "%s/s", dir);

	write_script("#!%s\necho\n", link_name);
	snprintf(want, sizeof(want), "[self][%s][one][two]", script);
	expect(want, "the script's path takes the place of argv[0]");
	write_script("#! \t%s  -a b  c \t \nrest", link_name);
	snprintf(want, sizeof(want), "[self][-a b  c][%s][one][two]", script);
	expect(want, "the rest of the line is one argument, blanks at its ends go");
	write_script("#!%s -x", link_name);
	snprintf(want, sizeof(want), "[self][-x][%s][one][two]", script);
	expect(want, "no end of line at the end of the file");
	write_script("#!\n");
	expect("errno 8", "no name: ENOEXEC");
	write_script("#!   \n");
	expect("errno 8", "only blanks: ENOEXEC");
	write_script("#!/nonexistent/x\n");
	expect("errno 2", "the interpreter does not exist: ENOENT");
	write_script("#!%s\n", dir);
	expect("errno 13", "the interpreter is a directory: EACCES");

	memset(long_name, 'x', 300);
	memcpy(long_name, "#!/", 3);
	long_name[300] = 0;
	write_script("%s\n", long_name);
	expect("errno 8", "a name that does not fit: ENOEXEC");
	memset(long_name, 'y', 300);
	long_name[300] = 0;
	write_script("#!%s %s\n", link_name, long_name);
	n = (ssize_t)(255 - 2 - strlen(link_name) - 1);
	snprintf(want, sizeof(want), "[self][%.*s][%s][one][two]", (int)n, long_name, script);
	expect(want, "an argument that does not fit is cut");

	/* A script as interpreter; and one of itself. */
	snprintf(link_name, sizeof(link_name), "%s/t", dir);
	n = (ssize_t)snprintf(want, sizeof(want), "%s", script);
	write_script("#!%s/i -1\n", dir);
	rename(script, link_name);
	write_script("#!%s -2\n", link_name);
	snprintf(want, sizeof(want), "[self][-1][%s][-2][%s][one][two]", link_name, script);
	expect(want, "a script interprets a script");
	write_script("#!%s\n", script);
	expect("errno 40", "a script that interprets itself: ELOOP");

	unlink(script);
	unlink(link_name);
	snprintf(link_name, sizeof(link_name), "%s/i", dir);
	unlink(link_name);
	rmdir(dir);
	return ktap_done();
}
