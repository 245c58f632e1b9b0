#!/bin/bash
# What is wrong is refused with one line and the documented exit status (1 by the
# kernel, 2 by dsrctl's grammar), and changes nothing.
#
#   director      alone: no packet is sent
# kernels: uml 6.1
. "$(dirname "$0")/lib.sh"

web=$VIP4:80/tcp
make_ns director
director dsrctl service add "$web" scheduler rr
director dsrctl backend add "$web" 10.3.0.1 weight 2

configuration() {
	director dsrctl -j service show
}

before=$(configuration)

fails_with 1 'service 10.2.0.9:80/tcp: no such service' director dsrctl service del 10.2.0.9:80/tcp
fails_with 1 'no such service' director dsrctl service set 10.2.0.9:80/tcp scheduler rr
fails_with 1 'no such service' director dsrctl service show 10.2.0.9:80/tcp
fails_with 1 'backend 10.3.0.1 of 10.2.0.9:80/tcp: no such service' director dsrctl backend add 10.2.0.9:80/tcp 10.3.0.1
fails_with 1 'no such service' director dsrctl backend add "$VIP4:80/udp" 10.3.0.1
fails_with 1 'exist' director dsrctl service add "$web"
fails_with 1 'already' director dsrctl backend add "$web" 10.3.0.1
fails_with 1 "backend 10.3.0.2 of $web: .*no such backend" director dsrctl backend del "$web" 10.3.0.2
fails_with 1 'no such backend' director dsrctl backend set "$web" 10.3.0.2 weight 1
fails_with 1 "service $VIP4:81/tcp: unknown scheduler, known are" \
	director dsrctl service add "$VIP4:81/tcp" scheduler nonesuch
fails_with 1 'device lo: .* not attached' director dsrctl device detach lo
fails_with 1 'scheduler' director dsrctl service set "$web" scheduler nonesuch

fails_with 2 'address' director dsrctl backend add "$web" 10.3.0.256
fails_with 2 'ADDRESS' director dsrctl service add 10.2.0/tcp
fails_with 2 'port' director dsrctl service add "$VIP4:0/tcp"
fails_with 2 'port' director dsrctl service add "$VIP4:65536/tcp"
fails_with 2 'tcp' director dsrctl service add "$VIP4:80/icmp"
fails_with 2 'weight' director dsrctl backend add "$web" 10.3.0.2 weight 65536
fails_with 2 'weight' director dsrctl backend set "$web" 10.3.0.1 weight -1
fails_with 2 'weight' director dsrctl backend set "$web" 10.3.0.1 weight heavy
fails_with 2 'frob' director dsrctl service frob
fails_with 2 'frob' director dsrctl frob

# Root without capabilities; root of a user namespace that doesn't own this
# network namespace.
without=(setpriv '--bounding-set=-all' '--inh-caps=-all')
fails_with 1 'permitted|CAP_NET_ADMIN' director "${without[@]}" dsrctl service flush
fails_with 1 'permitted|CAP_NET_ADMIN' director "${without[@]}" dsrctl service show
fails_with 1 'permitted|CAP_NET_ADMIN' director unshare -Ur dsrctl service flush
fails_with 1 'permitted|CAP_NET_ADMIN' director unshare -Ur dsrctl backend show

is "nothing has changed" "$(configuration)" "$before"

if [ -n "$DSR_MODULE" ]; then
	rmmod dsr
	fails_with 1 'module' director dsrctl service show
	fails_with 1 'module' director dsrctl service add "$web"
	insmod "$DSR_MODULE"
fi
