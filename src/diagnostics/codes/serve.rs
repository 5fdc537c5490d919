//! Codes of the `serve::` stage: why the service does not answer as asked, or does not start.

codes! {
    stage "serve";
    BAD_CERTIFICATE = "bad-certificate", Error, "the certificates by which the service proves who it is cannot be used";
    BAD_LOG_KEY = "bad-log-key", Error, "the file of a key for the log holds too little to be a secret";
    BAD_REQUEST = "bad-request", Error, "a request says something that is not understood";
    BAD_TOKENS = "bad-tokens", Error, "a line of the file of tokens is none, or nobody can use it";
    BROKE_OFF = "broke-off", Error, "a request was not answered because of a fault of the service";
    CANNOT_LISTEN = "cannot-listen", Error, "the service cannot listen at that address";
    CANNOT_LOG = "cannot-log", Error, "the decision log cannot be written";
    FORBIDDEN = "forbidden", Error, "the token does not open what was asked for";
    NO_STATE = "no-state", Error, "something is to be remembered, and the service has no state";
    NO_SUCH_ROUTE = "no-such-route", Error, "there is nothing at that path, or nothing to be asked in that way";
    NO_TOKEN = "no-token", Error, "a token is needed, and none that is known here was sent";
    OPEN_DOOR = "open-door", Error, "the service would answer anybody who can reach the machine";
    OVERLOADED = "overloaded", Error, "the service has as much in hand as it may";
    OWN_CLOCK = "own-clock", Error, "a request says what time it is, and what is decided for good goes by the service's clock";
    SELF_CHECK = "self-check", Error, "a bundle was loaded and does not decide as it should on this machine";
    TOO_DEEP = "too-deep", Error, "a request is nested deeper than anything that is asked for";
    TOO_LARGE = "too-large", Error, "a request is larger than the service reads";
    TOO_MANY = "too-many", Error, "a request asks for more at once than the service answers";
    TOO_SLOW = "too-slow", Error, "a request did not arrive, or could not be answered, in time";
    WHICH_BUNDLE = "which-bundle", Error, "a folder holds no bundle, or several and nobody says which one is meant";
}
