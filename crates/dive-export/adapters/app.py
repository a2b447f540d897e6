"""Starts DIVE's environment server where NeMo Gym expects a resources server.

NeMo Gym runs this file with its own Python and tells it host and port; the program `dive` must be on the PATH.
"""

import os

from nemo_gym.global_config import get_first_server_config_dict, get_global_config_dict


def main():
    name = os.environ["NEMO_GYM_CONFIG_PATH"]
    config = get_first_server_config_dict(get_global_config_dict(), name)
    command = ["dive", "serve", "--gym", str(config["run"]), "--host", str(config["host"]), "--port", str(config["port"])]
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
