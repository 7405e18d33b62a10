"""nginx from Debian serves a folder on a free loopback port with the snippet that the project ships."""
import pathlib, re, shutil, socket, subprocess, tempfile, time

SNIPPET = pathlib.Path(__file__).parent.parent / "examples/hosting/nginx.conf"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Nginx:
    def __init__(self, folder, name="feeds.example"):
        self.folder, self.name = pathlib.Path(folder).resolve(), name

    def __enter__(self):
        self.home = pathlib.Path(tempfile.mkdtemp())
        # nginx drops root for its worker, which has to reach the files.
        self.home.chmod(0o755)
        self.port = free_port()
        server = SNIPPET.read_text()
        server = re.sub(r"listen 80;", f"listen 127.0.0.1:{self.port};", server)
        server = re.sub(r"\n\s*listen \[::\]:80;", "", server)
        server = re.sub(r"root [^;]+;", f"root {self.folder};", server)
        assert f"listen 127.0.0.1:{self.port};" in server and str(self.folder) in server
        temporary = "".join(f"{kind}_temp_path {self.home}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        config = f"pid {self.home}/pid;\nerror_log {self.home}/error.log;\nuser root;\nevents {{}}\n" \
                 f"http {{\naccess_log {self.home}/access.log;\n{temporary}{server}\n}}\n"
        (self.home / "nginx.conf").write_text(config)
        command = ["nginx", "-p", str(self.home), "-e", f"{self.home}/error.log", "-c", str(self.home / "nginx.conf"), "-g", "daemon off;"]
        test = subprocess.run([*command[:-2], "-t"], capture_output=True, text=True)
        if test.returncode:
            raise RuntimeError(test.stderr)
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise RuntimeError((self.home / "error.log").read_text())
                time.sleep(0.05)

    def url(self, path=""):
        return f"http://127.0.0.1:{self.port}/{path}"

    def asked(self):
        return (self.home / "access.log").read_text().splitlines()

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)
        shutil.rmtree(self.home, ignore_errors=True)
