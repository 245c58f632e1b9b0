// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <net/if.h>

#include <xxhash.h>

#include "digest.h"

static void devices_add(XXH3_state_t *state)
{
	struct if_nameindex *names = if_nameindex();

	for (struct if_nameindex *name = names; name && name->if_index; name++) {
		XXH3_128bits_update(state, &name->if_index,
				    sizeof(name->if_index));
		XXH3_128bits_update(state, name->if_name,
				    strlen(name->if_name) + 1);
	}
	if (names)
		if_freenameindex(names);
}

bool digest_of(const char *text, size_t len, struct digest *digest)
{
	XXH3_state_t *state = XXH3_createState();
	XXH128_canonical_t canonical;

	if (!state)
		return false;

	XXH3_128bits_reset(state);
	XXH3_128bits_update(state, DSR_VERSION, sizeof(DSR_VERSION));
	devices_add(state);
	XXH3_128bits_update(state, text, len);
	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
	memcpy(digest->byte, canonical.digest, sizeof(digest->byte));
	XXH3_freeState(state);
	return true;
}
