#!/bin/bash
# leak.sh: plant a leak, and look for it as the end of every guest does.
"$DSR_ROOT/tests/selfcheck/plant.sh" leak > /dev/null
exec "$DSR_ROOT/tests/guest/last"
