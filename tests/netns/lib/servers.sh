# shellcheck shell=bash
# Servers on the backends and what clients ask of them.  Sourced by lib.sh.

# web_start NAME...: a web server on every address of the backend: / is its
# name, /3m three megabytes, the same at every backend.  A connection each.
web_start() {
	local name dir

	[ -e "$T/3m" ] || head -c 3145728 /dev/urandom > "$T/3m"
	chmod 755 "$T"
	for name in "$@"; do
		dir=$T/$name
		mkdir -p "$dir/root"
		echo "$name" > "$dir/root/index.html"
		ln -f "$T/3m" "$dir/root/3m"
		web_config "$dir" > "$dir/nginx.conf"
		in_ns "$name" nginx -e "$dir/error" -c "$dir/nginx.conf"
	done
	for name in "$@"; do
		wait_for 30 in_ns "$name" curl -sf "http://127.0.0.1/"
	done
}

web_config() {
	cat <<-END
		user root;
		pid $1/pid;
		error_log $1/error;
		worker_processes 1;
		events { worker_connections 1024; }
		http {
			access_log off;
			keepalive_timeout 0;
			sendfile on;
			client_max_body_size 10m;
			client_body_temp_path $1/body;
			proxy_temp_path $1/proxy;
			fastcgi_temp_path $1/fastcgi;
			scgi_temp_path $1/scgi;
			uwsgi_temp_path $1/uwsgi;
			server {
				listen 80 backlog=1024;
				listen [::]:80 backlog=1024;
				root $1/root;
				add_header X-Backend ${1##*/};
				location /up/ { root $1; dav_methods PUT; create_full_put_path on; }
			}
		}
	END
}

# dns_start NAME...: a DNS server; the TXT record of `who` is the backend's name
dns_start() {
	local name

	for name in "$@"; do
		background "$name" dnsmasq --keep-in-foreground --conf-file=/dev/null \
			--user=root --pid-file= --no-resolv --no-hosts --txt-record="who,$name"
		wait_for 30 in_ns "$name" dig +time=1 +tries=1 @127.0.0.1 who TXT
	done
}

# A URL's host: IPv6 in brackets.
host() {
	case $1 in
	*:*) echo "[$1]" ;;
	*) echo "$1" ;;
	esac
}

# ask COUNT ADDRESS [CURL-OPTION...]: as many connections by one curl, one after
# another unless -Z is among the options; prints who answered each
ask() {
	client curl -sS --max-time 120 "${@:3}" "http://$(host "$2")/?[1-$1]"
}

# tally: how often each name, "b1=100 b2=200"
tally() {
	sort | uniq -c | awk '{ printf "%s%s=%s", sep, $2, $1; sep = " " }'
}

# download ADDRESS [CURL-OPTION...]: three megabytes, compared
download() {
	client curl -sS --max-time 120 "${@:2}" "http://$(host "$1")/3m" | cmp - "$T/3m"
}
