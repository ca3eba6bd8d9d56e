mod receive;
